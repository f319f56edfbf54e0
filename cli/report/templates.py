"""Templates of self-contained HTML pages: every text is escaped, and an undefined name is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_OWN = Path(__file__).parent


def templates(*folders: Path) -> Environment:
    """The templates in `folders`, and the report's own, which they may include."""
    return Environment(
        loader=FileSystemLoader((*folders, _OWN)), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
