"""The pictures in README.md, drawn from the commands' output: `python -m bench.pictures REPORT REVIEW`.

REPORT is the page of `make demo` (`.mlops/<name>/report.html`), REVIEW a comment of `mlops review`. They are small
self-contained SVG files, light or dark by the reader's setting.
"""

import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path

from cli.report.svg import element, rect, text

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
_WIDTH, _MARGIN, _LINE = 900, 24, 20
_CHARACTERS = 112
_EVENTS = 11
_STYLE = """
svg { font: 13px system-ui, "Segoe UI", sans-serif; }
.card { fill: var(--card); stroke: var(--rule); } .grid { stroke: var(--rule); }
.title { font-size: 19px; font-weight: 600; } .big { font-size: 18px; font-weight: 600; }
text, .value { fill: var(--ink); } .label, .soft { fill: var(--soft); } .limit-name, .bad { fill: var(--bad); }
.warn { fill: var(--warn); } .good { fill: var(--good); stroke: var(--good); } .plain { fill: var(--idle); }
.limit { stroke: var(--bad); stroke-dasharray: 5 4; } .line { stroke-width: 2; }
.series-0 { stroke: var(--s0); fill: var(--s0); } .series-1 { stroke: var(--s1); fill: var(--s1); }
.line.series-0, .line.series-1 { fill: none; }
"""


def report_picture(page: str) -> str:
    """The result of the story: the facts, the events except in quiet periods, and performance with its limit."""
    title = _plain(_first(r"<h1>(.*?)</h1>", page))
    facts = re.findall(r'<div class="fact"><b>(.*?)</b><span>(.*?)</span>', page)
    parts = [text(_MARGIN, 40, title, kind="title"), *_facts([(_plain(a), _plain(b)) for a, b in facts], 60)]
    top = 166.0
    events = re.findall(r'<time>.*?</time><i class="(\w+)"></i><div>(.*?)<small>(.*?)</small>', page)
    for tone, what, detail in [each for each in events if not each[1].endswith(": nothing")][:_EVENTS]:
        line = f"{_plain(what)}: {_plain(detail)}"
        parts += [element("circle", cx=_MARGIN + 5, cy=top - 4, r=4, class_=tone)]
        parts += [text(_MARGIN + 18, top, textwrap.shorten(line, _CHARACTERS, placeholder=" …"), kind="value")]
        top += _LINE
    chart = _first(r'<svg viewBox="0 0 860 260" role="img" aria-label="Performance over \w+">(.*?)</svg>', page)
    parts.append(text(_MARGIN, top + 16, "Performance as outcomes become known", kind="soft"))
    parts.append(element("g", chart, transform=f"translate(20 {top + 20})"))
    return _picture(parts, top + 290, title)


def review_picture(comment: str) -> str:
    """The verdict and its reasons, the losses, the access gained, and the cost."""
    title = _marked(_first(r"^## (.*)$", comment))
    lines = list(_wrapped(_review_lines(comment)))
    parts = [text(_MARGIN, 40, title, kind="title")]
    for number, (line, kind) in enumerate(lines):
        parts.append(text(_MARGIN, 68 + number * _LINE, line, kind=kind))
    return _picture(parts, 78 + len(lines) * _LINE, title)


def _review_lines(comment: str) -> Iterator[tuple[str, str]]:
    yield _marked(_first(r"^\*\*(.*)\*\*$", comment)), "big"
    for reason in re.findall(r"^- \*\*(.*)$", comment, re.MULTILINE):
        yield f"• {_marked(reason)}", "warn"
    yield "", "value"
    for action, what, lost in re.findall(r"^\| (\w+) \| (`.*?) \| (.*?) \|", comment, re.MULTILINE)[:4]:
        yield f"{action:<8} {_marked(what)}: {_marked(lost)}", "value"
    yield "", "value"
    for line in re.findall(r"^- (`.*?` \*\*(?:gains|loses)\*\* .*)$", comment, re.MULTILINE)[-2:]:
        yield f"• {_marked(line)}", "value"
    yield _marked(_first(r"^(\+.* USD a month.*)$", comment)), "value"


def _wrapped(lines: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for line, kind in lines:
        yield from ((part, kind) for part in textwrap.wrap(line, _CHARACTERS, subsequent_indent="   ") or [""])


def _facts(facts: Sequence[tuple[str, str]], top: float) -> Iterator[str]:
    width = (_WIDTH - 2 * _MARGIN) / len(facts)
    for number, (value, name) in enumerate(facts):
        left = _MARGIN + number * width
        yield rect(left, top, width - 10, 76, kind="card")
        # An interval behind a number does not fit.
        yield text(left + 10, top + 26, value.partition(" (")[0], kind="big")
        for line, label in enumerate(textwrap.wrap(name, 20, max_lines=2, placeholder=" …", break_on_hyphens=False)):
            yield text(left + 10, top + 46 + line * 16, label, kind="soft")


def _picture(parts: Sequence[str], height: float, title: str) -> str:
    card = rect(0.5, 0.5, _WIDTH - 1, height - 1, kind="card")
    style = element("style", _colours() + _STYLE)
    view = {"viewBox": f"0 0 {_WIDTH} {height:g}", "width": _WIDTH, "role": "img", "aria_label": title}
    return element("svg", "\n".join([style, card, *parts]), xmlns="http://www.w3.org/2000/svg", **view) + "\n"


def _colours() -> str:
    """The colours of the report's own page."""
    sheet = (Path(__file__).resolve().parents[1] / "cli" / "report" / "style.css.j2").read_text(encoding="utf-8")
    return sheet[: sheet.index("* {")]


def _first(pattern: str, content: str) -> str:
    found = re.search(pattern, content, re.MULTILINE | re.DOTALL if "(.*?)</svg>" in pattern else re.MULTILINE)
    if found is None:
        raise SystemExit(f"nothing fits {pattern!r}: give the page of make demo, and a comment of mlops review")
    return found[1]


def _plain(markup: str) -> str:
    # A folded text is there twice: shortened, then as a list.
    whole = re.sub(r"<summary>.*?</summary>", "", markup).replace("</li><li>", "; ")
    return unescape(re.sub(r"<[^>]+>", "", whole)).strip()


def _marked(words: str) -> str:
    return re.sub(r"\*\*|`|<[^>]+>", "", words).strip()


def main(arguments: Sequence[str]) -> int:
    """Draw both."""
    report, review = (Path(name).read_text(encoding="utf-8") for name in arguments)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "run-report.svg").write_text(report_picture(report), encoding="utf-8")
    (FOLDER / "plan-review.svg").write_text(review_picture(review), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
