"""A card as one HTML file that loads nothing: light and dark by the reader's setting, from a phone up. Pure."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from ml.gates.card.document import Block, Document, Grid, Paragraph, Picture, Points

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light dark; --page: #f7f7f5; --card: #ffffff; --ink: #1c1d1f; --soft: #5b5f66; --rule: #e3e3df;
  --good: #17703f; --bad: #b02a21; --warn: #8a5200; }
@media (prefers-color-scheme: dark) {
  :root { --page: #141517; --card: #1d1f22; --ink: #ececec; --soft: #a9aeb6; --rule: #34373c;
    --good: #56c88d; --bad: #f0786e; --warn: #e3a84a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, "Segoe UI", sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 28px 16px 56px; overflow-wrap: anywhere; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 18px; margin: 0 0 6px; }
p, ul { margin: 0 0 10px; }
ul { padding-left: 20px; } td ul { margin: 0; padding-left: 18px; }
.lead { border-left: 4px solid var(--bad); padding-left: 12px; }
.lead.released { border-color: var(--good); }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 16px; }
section { margin-top: 16px; }
.scroll { overflow-x: auto; margin-bottom: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: normal; }
td { min-width: 72px; max-width: 460px; overflow-wrap: break-word; }
.pass { color: var(--good); font-weight: 600; } .fail { color: var(--bad); font-weight: 600; }
.unknown { color: var(--warn); font-weight: 600; }
figure { margin: 0 0 10px; } figcaption { color: var(--soft); font-size: 14px; }
summary { cursor: pointer; }
/* On a phone every row is a card: each value stands behind the name of its column. */
@media (max-width: 600px) {
  table, tbody, tr { display: block; } thead { display: none; }
  tr { border-bottom: 1px solid var(--rule); padding: 7px 0; }
  td { display: block; border: 0; padding: 1px 0; max-width: none; }
  td[data-name] { display: grid; grid-template-columns: 104px minmax(0, 1fr); gap: 8px; overflow-wrap: anywhere; }
  td::before { content: attr(data-name); color: var(--soft); font-weight: 400; }
  td:empty { display: none; } td:first-child:not([data-name]) { color: var(--soft); }
}
img { max-width: 100%; height: auto; background: #ffffff; border-radius: 6px; }
"""
_VERDICTS = ("pass", "fail", "unknown")
# A text of more characters is a list of its parts, which semicolons separate.
_LONG = 160


def page(card: Document) -> str:
    """The whole page. All text is escaped; pictures are part of it."""
    title, released = escape(card.title), " released" if card.released else ""
    sections = "\n".join(
        f"<section><h2>{escape(section.title)}</h2>\n{''.join(map(_block, section.blocks))}</section>"
        for section in card.sections
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="lead{released}">{escape(card.lead)}</p>
{sections}
</main>
</body>
</html>
"""


def _block(block: Block) -> str:
    match block:
        case Paragraph(text=text):
            return f"<p>{escape(text)}</p>\n"
        case Points(items=items):
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>\n"
        case Picture(png=png):
            name, data = escape(block.title), b64encode(png).decode()
            shown = f'<img alt="{name}" src="data:image/png;base64,{data}">'
            return f"<figure>{shown}<figcaption>{name}</figcaption></figure>\n"
        case Grid(columns=columns, rows=rows):
            named = "".join(f"<th>{escape(name)}</th>" for name in columns)
            heads = f"<thead><tr>{named}</tr></thead>" if any(columns) else ""
            body = "".join(_row(columns, row) for row in rows)
            # A keyboard scrolls it too, if the page is narrow.
            return f'<div class="scroll" tabindex="0"><table>{heads}\n<tbody>\n{body}</tbody></table></div>\n'


def _row(columns: Sequence[str], row: Sequence[str]) -> str:
    """Long reasons are folded, unless the row has a verdict that somebody must read."""
    bad = not {"fail", "unknown"}.isdisjoint(row)
    return f"<tr>{''.join(_cell(name, text, opened=bad) for name, text in zip(columns, row, strict=True))}</tr>\n"


def _cell(name: str, text: str, *, opened: bool) -> str:
    named = f' data-name="{escape(name)}"' if name else ""
    kind = f' class="{text}"' if text in _VERDICTS else ""
    first, *more = text.split("; ")
    if len(text) < _LONG or not more:
        return f"<td{named}{kind}>{escape(text)}</td>"
    parts = "".join(f"<li>{escape(part)}</li>" for part in (first, *more))
    shown = (
        f"<details{' open' * opened}><summary>{escape(first)}, and {len(more)} more</summary><ul>{parts}</ul></details>"
    )
    return f"<td{named}>{shown}</td>"
