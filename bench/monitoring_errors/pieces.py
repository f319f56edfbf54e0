"""A long measurement in pieces: each is kept as it ends, so that a run that is stopped goes on where it was."""

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
    """A part of a table. `measure` gives what JSON holds."""

    table: str
    row: str
    number: int
    measure: Callable[[], Any]

    @property
    def file(self) -> str:
        """The name of what is kept."""
        return f"{self.table}-{self.row}-{self.number}.json".replace(" ", "_").replace("/", "_")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """All pieces of a bench by table and row, those of a row after each other, and the seconds that they took."""

    found: dict[tuple[str, str], list[Any]]
    seconds: float

    def rows(self, table: str) -> dict[str, list[Any]]:
        """The rows of one table; what the pieces of a row gave, lists, in one list."""
        return {row: found for (of, row), found in self.found.items() if of == table}


def measured(bench: str, pieces: Sequence[Piece], seconds: float) -> Measured | None:
    """What all pieces gave; None if some are left after so many seconds, in which no further one is begun."""
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
    """Measure all pieces again, when it is next run."""
    shutil.rmtree(_KEPT / bench, ignore_errors=True)
