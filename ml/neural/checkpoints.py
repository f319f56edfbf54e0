"""How far a fit has come, in a folder that outlives the process: a volume on Databricks.

A checkpoint is a file `<epoch>-<step>.pt`; one that has its name is whole.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ml.whole_files import write_whole

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
        buffer = io.BytesIO()
        torch.save(held, buffer)
        write_whole(self.folder / f"{epoch:06d}-{step:09d}.pt", buffer.getvalue())
        for old in sorted(self.folder.glob("*-*.pt"))[:-_KEPT]:
            old.unlink(missing_ok=True)
