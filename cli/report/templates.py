"""Templates of self-contained HTML pages: every text is escaped, and an undefined name is an error."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_OWN = Path(__file__).parent
# A full stop before a capital letter, so that `e.g. x` stays whole.
_END = re.compile(r"; |(?<=\.) (?=[A-Z])")


def templates(*folders: Path) -> Environment:
    """The templates in `folders`, and the report's own, which they may include."""
    found = Environment(
        loader=FileSystemLoader((*folders, _OWN)), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    found.filters["parts"] = parts
    return found


def parts(text: str) -> list[str]:
    """The parts of a long reason: a semicolon or a full stop, and a space, end each."""
    return [part for part in _END.split(text) if part]
