"""What lies in a feed's landing folder."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ml.ingest.records import EMPTY

_PERIOD_FILE = re.compile(r"\d{4}-(0[1-9]|1[0-2])\.csv")


@dataclass(frozen=True)
class Landed:
    """A file of a feed. `problem` says why it cannot even be opened; None where it can."""

    path: Path
    problem: str | None


def landed(folder: Path) -> list[Landed]:
    """Every entry of `folder` by name, without hidden ones. A folder that is not there yet holds nothing."""
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [Landed(path, entry_problem(path)) for path in entries if not path.name.startswith((".", "_"))]


def entry_problem(path: Path) -> str | None:
    """Why `path` is refused before it is read, or None."""
    if path.is_dir():
        return "it is a folder; put files straight into the feed's folder"
    if not _PERIOD_FILE.fullmatch(path.name):
        return f"the name {path.name!r} is not <YYYY-MM>.csv, the month in which its rows became known; rename it"
    try:
        with path.open("rb") as file:
            return None if file.read(1) else EMPTY
    except OSError as error:
        return f"it cannot be read ({error.strerror}); correct its rights or deliver it again"


def readable(entries: Iterable[Landed]) -> list[Path]:
    """The files that can be opened."""
    return [entry.path for entry in entries if entry.problem is None]
