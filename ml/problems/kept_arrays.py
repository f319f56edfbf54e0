"""Arrays that are kept while a model is fitted, so that a restart after a kill computes only what is missing."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.whole_files import UNFINISHED, write_whole

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class KeptArrays:
    """A folder with one file per key; a file is complete or absent. None: nothing is kept.

    A key is a hash of everything that its arrays follow from, so arrays of other inputs are never found.
    """

    folder: Path | None = None

    def read(self, key: str) -> Arrays | None:
        """The arrays stored under `key`; None if there are none."""
        if self.folder is None or not self._file(self.folder, key).is_file():
            return None
        content = io.BytesIO(self._file(self.folder, key).read_bytes())
        with np.load(content, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}

    def write(self, key: str, arrays: Arrays) -> None:
        """Store `arrays`; a kill leaves no partial file under the key."""
        if self.folder is None:
            return
        content = io.BytesIO()
        np.savez(content, **arrays)  # type: ignore[arg-type]
        write_whole(self._file(self.folder, key), content.getvalue())

    def remove(self) -> None:
        """Remove what is stored, and the folder if it is then empty."""
        if self.folder is None or not self.folder.is_dir():
            return
        for path in (*self.folder.glob("*.npz"), *self.folder.glob(f"*{UNFINISHED}")):
            path.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    @staticmethod
    def _file(folder: Path, key: str) -> Path:
        return folder / f"{key}.npz"


NOTHING_KEPT = KeptArrays()
