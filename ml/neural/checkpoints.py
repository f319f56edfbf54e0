"""How far a fit has come, in a folder that outlives the process: a volume on Databricks.

A checkpoint is a file `<epoch>-<step>.pt`. It is written beside and then renamed, so one that has its name is whole;
and as one sequential write, the only kind that a mounted volume takes.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch

# Checkpoints that stay: the newest, and one before it.
_KEPT = 2


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """Those of one fit, whose name must tell its rows and its parameters from those of every other."""

    folder: Path

    def newest(self) -> Path | None:
        """The last that was written whole."""
        return max(self.folder.glob("*-*.pt"), default=None)

    def read(self, file: Path) -> dict[str, Any]:
        """What it holds; no code is read from it."""
        held: dict[str, Any] = torch.load(io.BytesIO(file.read_bytes()), map_location="cpu", weights_only=True)
        return held

    def write(self, epoch: int, step: int, held: dict[str, Any]) -> None:
        """Write one, and remove those that it makes needless."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file, buffer = self.folder / f"{epoch:06d}-{step:09d}.pt", io.BytesIO()
        torch.save(held, buffer)
        beside = file.with_suffix(f".{uuid4().hex}.part")
        beside.write_bytes(buffer.getvalue())
        beside.replace(file)
        for old in sorted(self.folder.glob("*-*.pt"))[:-_KEPT]:
            old.unlink(missing_ok=True)
