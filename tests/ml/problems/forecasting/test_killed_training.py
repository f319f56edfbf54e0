"""A training that is killed with SIGKILL while it fits series: its restart fits only those that are missing."""

import hashlib
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Algorithm
from ml.problems.forecasting import trying
from ml.problems.forecasting.learner import FittedSeries
from ml.problems.kept_arrays import KeptArrays
from ml.problems.registry import problem_of
from ml.training import registry
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory
from ml.training.trials import Kept, once
from ml.training.tuning import Batch, FitAndScore
from tests.ml.problems.series import FORECASTING, PERIOD, SPLIT, fleet, forecasting_model

pytestmark = pytest.mark.fast

MODEL, PROBLEM = forecasting_model(Algorithm.LINEAR), problem_of(FORECASTING)
# 24 series in four groups.
GROUP, GROUPS = 6, 4
# In which group of all fits the process is killed.
KILLED = {"in the first group": 1, "in the middle of a fit": GROUPS + 2}


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six series a group."""
    monkeypatch.setattr(trying, "SERIES_A_GROUP", GROUP)


def _train(scratch: Path) -> Learned:
    """As the training task does, with its folder in the scratch volume."""

    def together(name: str, fit_and_score: FitAndScore) -> Batch:
        return once(Kept(folder=scratch / "trials" / name), fit_and_score)

    before = fleet()[fleet()[PERIOD].isin(SPLIT.before_holdout)]
    learners = in_memory.learners(MODEL, PROBLEM, before, period=PERIOD, scratch=scratch)
    return learn(learners, PROBLEM, SPLIT, MODEL.tuning, seed=1, together=together)


def _logging(log: Path, killed_in: int = 0) -> Any:
    """`trying.tried` that writes the series of each group to `log` first; group `killed_in` ends the process."""
    real, calls = trying.tried, Counter[str]()

    def tried(group: Any, names: Any) -> Any:
        calls["groups"] += 1
        if calls["groups"] == killed_in:
            os.kill(os.getpid(), signal.SIGKILL)
        with log.open("a") as lines:
            print(*group.names, len(group.truth), file=lines)
        return real(group, names)

    return tried


def _killed(scratch: Path, log: Path, killed_in: int) -> int:
    """Train in a process of its own that kills itself; the signal by which it ended."""
    child = os.fork()
    if child:
        return os.WTERMSIG(os.waitpid(child, 0)[1])
    trying.tried = _logging(log, killed_in)
    _train(scratch)
    os._exit(0)


def _fitted(log: Path) -> Counter[str]:
    """Each group by its series and number of rows, with how often it was fitted."""
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def _content(learned: Learned, into: Path) -> dict[str, str]:
    """SHA-256 of each file of the packed version."""
    into.mkdir()
    registry.pack(learned, MODEL, into)
    files = sorted(path for path in into.rglob("*") if path.is_file())
    return {str(path.relative_to(into)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], Counter[str]]]:
    """The files of a version whose training nobody killed, and the groups that it fitted."""
    home = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trying, "SERIES_A_GROUP", GROUP)
        patch.setattr(trying, "tried", _logging(home / "log"))
        yield _content(_train(home / "scratch"), home / "version"), _fitted(home / "log")


@pytest.mark.parametrize("name", KILLED)
def test_the_restart_fits_only_the_missing_series(
    name: str, whole: tuple[dict[str, str], Counter[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every group of series is fitted in one of both runs, by name; the version has the same content."""
    files, groups = whole
    assert _killed(tmp_path / "scratch", tmp_path / "first", KILLED[name]) == signal.SIGKILL
    monkeypatch.setattr(trying, "tried", _logging(tmp_path / "second"))
    again = _train(tmp_path / "scratch")
    first, second = _fitted(tmp_path / "first"), _fitted(tmp_path / "second")
    assert first.total() == KILLED[name] - 1
    assert second == groups - first
    assert first + second == groups
    assert _content(again, tmp_path / "version") == files


def test_what_other_rows_have_left_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed value of one series: its group is tried again, the others are taken."""
    before = fleet()[fleet()[PERIOD].isin(SPLIT.before_holdout)]

    def fitted(frame: pd.DataFrame, log: str) -> Counter[str]:
        monkeypatch.setattr(trying, "tried", _logging(tmp_path / log))
        learner = in_memory.learners(MODEL, PROBLEM, frame, period=PERIOD, scratch=tmp_path / "scratch")["linear"]
        found = learner.fit(learner.first, SPLIT.before_holdout)
        assert isinstance(found, FittedSeries)
        return _fitted(tmp_path / log)

    groups = fitted(before, "first")
    assert groups.total() == GROUPS
    assert fitted(before, "again") == Counter()
    theirs = (before["product"] == "growing") & (before["shop"] == "shop0") & (before[PERIOD] == SPLIT.calibration[-1])
    changed = fitted(before.assign(sales=before["sales"] + theirs), "changed")
    (only,) = changed
    assert only.startswith("growing|shop0 ")
    assert groups[only] == 1


def test_a_half_written_file_is_none(tmp_path: Path) -> None:
    """A kill leaves a file beside the key at most, and without a folder nothing is kept."""
    kept = KeptArrays(folder=tmp_path)
    (tmp_path / ".key.1.npz").write_bytes(b"PK")
    assert kept.read("key") is None
    nothing = KeptArrays()
    nothing.write("key", {})
    assert nothing.read("key") is None


def test_two_that_fit_the_same_group_at_once_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one puts its file in place, the other, with the same process id on another node, writes the same group."""
    kept, arrays, puts = KeptArrays(folder=tmp_path), {"errors": np.arange(3.0)}, Path.replace

    def replaced(aside: Path, file: Path) -> Path:
        monkeypatch.setattr(Path, "replace", puts)
        kept.write("key", arrays)
        return puts(aside, file)

    monkeypatch.setattr(Path, "replace", replaced)
    kept.write("key", arrays)
    found = kept.read("key")
    assert found is not None
    assert found["errors"].tolist() == [0.0, 1.0, 2.0]
    assert [path.name for path in tmp_path.iterdir()] == ["key.npz"]
