"""Templates of pages that are one HTML file each: every text is escaped, and a name that is missing is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_OWN = Path(__file__).parent


def templates(*folders: Path) -> Environment:
    """Those in `folders`, and the report's own, which they may include."""
    return Environment(
        loader=FileSystemLoader((*folders, _OWN)), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
