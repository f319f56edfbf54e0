"""The folder of a training in the scratch volume, after its version is registered."""

import os
import time
from pathlib import Path

import pytest

from ml.training import scratch

pytestmark = pytest.mark.fast

DAY_S = 86_400


def _left(volume: Path, name: str, days: float) -> None:
    """A folder with a result in which nothing was written for so many days."""
    file = volume / name / "series" / "key.npz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"result")
    now = time.time()
    then = now - days * DAY_S
    for path in (file, file.parent, volume / name):
        os.utime(path, (then, then))


def test_its_own_results_go_and_those_that_killed_trainings_left_long_ago(tmp_path: Path) -> None:
    """A training that still writes, or was killed yesterday, keeps its folder."""
    for name, days in (("own", 0.0), ("killed-last-month", 30.0), ("killed-yesterday", 1.0), ("running", 0.0)):
        _left(tmp_path, name, days)
    scratch.clear(tmp_path / "own")
    assert {each.name for each in tmp_path.iterdir()} == {"killed-yesterday", "running"}


def test_a_training_that_kept_nothing_removes_nothing(tmp_path: Path) -> None:
    """No folder of its own, no volume folder yet."""
    scratch.clear(tmp_path / "absent" / "own")
    assert list(tmp_path.iterdir()) == []
