"""How far a stream has come, kept as files in the checkpoints volume: no I/O but those files.

A batch is planned before it is worked on and committed after it was written. One that was killed in between is still
planned, so the next run works on the same plan again; its writes carry the stream's id and the batch's number, so that
Delta takes each once (`Tables.append_batch`).

Every change is a new file, written once: a volume knows neither renaming over a file nor appending to one. A file that
was cut off by a kill does not parse, and the one before it counts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

# Files kept besides the newest: enough to see what happened, too few to grow.
_KEPT = 5


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a stream is. `seen` is what it has read, `plan` the batch under way: None between two batches.

    `stream` is drawn when the checkpoint is made: a stream that starts anew is another one, so that its batch 0 is
    not taken for the batch 0 that a table already has.
    """

    stream: str
    batch: int = 0
    seen: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[str, Any] | None = None


class Checkpoint:
    """The checkpoint of one stream, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0

    @property
    def folder(self) -> Path:
        """Where it lies; what is no file of its own there is left alone."""
        return self._folder

    def position(self) -> Position:
        """Where the stream is; at its start if there is no checkpoint yet."""
        for number, path in sorted(_files(self._folder).items(), reverse=True):
            found = _read(path)
            if found is not None:
                self._number = number
                return found
        return Position(stream=uuid4().hex)

    def plan(self, position: Position, plan: Mapping[str, Any]) -> Position:
        """Keep what the next batch is to do, before it is done."""
        return self._write(replace(position, plan=plan))

    def commit(self, position: Position, seen: Mapping[str, Any]) -> Position:
        """Keep that the batch is written, and what the stream has seen with it."""
        return self._write(replace(position, batch=position.batch + 1, seen=seen, plan=None))

    def _write(self, position: Position) -> Position:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Beyond every file that is there, whether it parses or not: none is written twice.
        self._number = max([self._number, *_files(self._folder)]) + 1
        text = json.dumps(vars(position), ensure_ascii=False)
        (self._folder / f"{self._number}.json").write_text(text, encoding="utf-8")
        for number, path in _files(self._folder).items():
            if number < self._number - _KEPT:
                path.unlink(missing_ok=True)
        return position


def _files(folder: Path) -> dict[int, Path]:
    return {int(path.stem): path for path in folder.glob("*.json") if path.stem.isdecimal()}


def _read(path: Path) -> Position | None:
    try:
        return Position(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None
