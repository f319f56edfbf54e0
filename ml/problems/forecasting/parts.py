"""What has been fitted, in a folder, so that a run that was killed fits only what is missing."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.frequency import Frequency

Floats = npt.NDArray[np.float64]


def key(values: Sequence[Floats], horizon: int, frequency: Frequency) -> str:
    """Names the fit of these series: their values, what is asked, and the code that answers."""
    digest = hashlib.sha256(f"{_code()} {frequency!r} {horizon} {[len(each) for each in values]}".encode())
    for each in values:
        digest.update(np.ascontiguousarray(each).tobytes())
    return digest.hexdigest()


def _code() -> str:
    """Changes with every file of this package."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Parts:
    """A folder with one file per finished chunk; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> list[Fitted] | None:
        """The fits kept under this key; None if there are none."""
        path = self._folder / f"{name}.npz"
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as held:
            described = json.loads(str(held["described"]))
            return [
                Fitted(
                    origins=tuple(each["origins"]),
                    names=tuple(each["names"]),
                    forecasts=held[f"forecasts_{index}"],
                    reasons=tuple(each["reasons"]),
                )
                for index, each in enumerate(described)
            ]

    def write(self, name: str, fits: Sequence[Fitted]) -> None:
        """Keep `fits`; a kill in between leaves no half file under the name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        described = [{"origins": fit.origins, "names": fit.names, "reasons": fit.reasons} for fit in fits]
        arrays = {f"forecasts_{index}": fit.forecasts for index, fit in enumerate(fits)}
        aside = self._folder / f".{name}.{os.getpid()}.npz"
        np.savez(aside, described=np.array(json.dumps(described)), **arrays)  # type: ignore[arg-type]
        aside.replace(self._folder / f"{name}.npz")

    def remove(self) -> None:
        """Remove what is kept, and the folder if nothing else lies in it."""
        if not self._folder.is_dir():
            return
        # Files of a write that was cut too, whose names begin with a dot.
        for path in self._folder.glob("*.npz"):
            path.unlink()
        if not any(self._folder.iterdir()):
            self._folder.rmdir()
