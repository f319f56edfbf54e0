"""Finished fits in a folder, so that after a kill only the missing ones are fitted."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.frequency import Frequency
from ml.problems.kept_arrays import KeptArrays

Floats = npt.NDArray[np.float64]


def key(
    values: Sequence[Floats], horizon: int, frequency: Frequency, known: Sequence[Floats | None] | None = None
) -> str:
    """The key of a fit: a hash of the series' values, of what is known in advance, the request, and the code."""
    digest = hashlib.sha256(f"{_code()} {frequency!r} {horizon} {[len(each) for each in values]}".encode())
    for each in values:
        digest.update(np.ascontiguousarray(each).tobytes())
    for number, own in enumerate(known or ()):
        if own is not None:
            digest.update(f"{number} {own.shape}".encode())
            digest.update(np.ascontiguousarray(own).tobytes())
    return digest.hexdigest()


@cache
def _code() -> str:
    """Changes with every file of this package. A process runs the code that it began with."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Parts:
    """A folder with one file per finished chunk; a file is complete or absent."""

    def __init__(self, folder: Path) -> None:
        self._kept = KeptArrays(folder=folder)

    def read(self, name: str) -> list[Fitted] | None:
        """The fits stored under this key; None if there are none."""
        held = self._kept.read(name)
        if held is None:
            return None
        return [
            Fitted(
                origins=tuple(each["origins"]),
                names=tuple(each["names"]),
                forecasts=held[f"forecasts_{index}"],
                reasons=tuple(each["reasons"]),
            )
            for index, each in enumerate(json.loads(str(held["described"])))
        ]

    def write(self, name: str, fits: Sequence[Fitted]) -> None:
        """Store `fits`; a kill leaves no partial file under the name."""
        described = [{"origins": fit.origins, "names": fit.names, "reasons": fit.reasons} for fit in fits]
        arrays = {f"forecasts_{index}": fit.forecasts for index, fit in enumerate(fits)}
        self._kept.write(name, {"described": np.array(json.dumps(described)), **arrays})

    def remove(self) -> None:
        """Remove the stored fits, and the folder if it is then empty."""
        self._kept.remove()
