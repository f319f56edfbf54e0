"""A card as Markdown. Pure."""

from ml.gates.card.document import Block, Document, Grid, Paragraph, Picture, Points

# Characters that Markdown, or a page that shows it, would read as markup. An underscore within a word is not.
_ESCAPED = str.maketrans({each: f"\\{each}" for each in r"\`*[]|#"} | {"<": "&lt;", "&": "&amp;", "\n": " "})


def markdown(card: Document) -> str:
    """The whole card. A picture is linked by its file name among the artifacts of the run."""
    parts = [f"# {_text(card.title)}", _text(card.lead)]
    for section in card.sections:
        parts += [f"## {_text(section.title)}", *(_block(block) for block in section.blocks)]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text=text):
            return _text(text)
        case Points(items=items):
            return "\n".join(f"- {_text(item)}" for item in items)
        case Picture(file=file):
            return f"![{_text(block.title)}]({file})"
        case Grid(columns=columns, rows=rows):
            return "\n".join([_row(columns), _row(("---",) * len(columns), raw=True), *map(_row, rows)])


def _row(cells: tuple[str, ...], *, raw: bool = False) -> str:
    return f"| {' | '.join(cells if raw else map(_text, cells))} |"


def _text(text: str) -> str:
    return text.translate(_ESCAPED)
