"""A long measurement in pieces: each is saved when it ends, so that an interrupted run continues."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.page import ROOT

_KEPT = ROOT / ".mlops" / "bench"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a table. `measure` returns JSON values."""

    table: str
    row: str
    number: int
    measure: Callable[[], Any]

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.table}-{self.row}-{self.number}.json".replace(" ", "_").replace("/", "_")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """All pieces of a bench by table and row, in order within a row, and the seconds that they took."""

    found: dict[tuple[str, str], list[Any]]
    seconds: float

    def rows(self, table: str) -> dict[str, list[Any]]:
        """The rows of one table; the lists from a row's pieces are joined."""
        return {row: found for (of, row), found in self.found.items() if of == table}


def measured(bench: str, pieces: Sequence[Piece], seconds: float) -> Measured | None:
    """The results of all pieces; None if some are left after so many seconds, when no further one starts."""
    folder, began = _KEPT / bench, time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    for place, piece in enumerate(pieces, 1):
        file = folder / piece.file
        if file.exists():
            continue
        if time.monotonic() - began > seconds:
            print(f"{place - 1} of {len(pieces)} pieces are measured: run it again to go on")
            return None
        since = time.monotonic()
        found = piece.measure()
        kept = json.dumps({"found": found, "seconds": time.monotonic() - since})
        unfinished = file.with_suffix(".part")
        unfinished.write_text(kept, encoding="utf-8")
        unfinished.rename(file)
        print(f"{place} of {len(pieces)}: {piece.file}, {time.monotonic() - since:.0f} s", flush=True)
    return _read(bench, pieces)


def _read(bench: str, pieces: Sequence[Piece]) -> Measured:
    found: dict[tuple[str, str], list[Any]] = {}
    seconds = 0.0
    for piece in pieces:
        kept = json.loads((_KEPT / bench / piece.file).read_text(encoding="utf-8"))
        found.setdefault((piece.table, piece.row), []).extend(kept["found"])
        seconds += kept["seconds"]
    return Measured(found=found, seconds=seconds)


def forget(bench: str) -> None:
    """Discard all pieces, so that the next run measures them again."""
    shutil.rmtree(_KEPT / bench, ignore_errors=True)
