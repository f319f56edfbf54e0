"""A fit that is killed with SIGKILL at a named point: the rerun fits only what is missing, and says the same."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.problems.forecasting import backtest, fleet
from ml.problems.forecasting.fitted import Fitted, Floats
from ml.problems.forecasting.frequency import MONTHLY, TREES
from ml.problems.forecasting.parts import Parts

pytestmark = pytest.mark.fast

QUICK = replace(MONTHLY, candidates=("Naive", "Mean", TREES), origins=1)
CHUNKS = 3


@dataclass(frozen=True)
class Point:
    """`owner.name` is called for the `turn`-th time: killed before it does anything, or right after it is done."""

    owner: Any
    name: str
    turn: int
    after: bool
    kept_chunks: int
    kept_trees: bool = False


POINTS = {
    "in the middle of the second chunk": Point(backtest, "fit", fleet.CHUNK + 2, False, 1),
    "before the second chunk is written": Point(Parts, "write", 2, False, 1),
    "while the second chunk lies aside": Point(Path, "replace", 2, False, 1),
    "after the second chunk is written": Point(Parts, "write", 2, True, 2),
    "before the trees": Point(fleet, "trees", 1, False, CHUNKS),
    "between the trees of two origins": Point(fleet, "trees", 1, True, CHUNKS),
    "after the trees are written": Point(Parts, "write", CHUNKS + 1, True, CHUNKS, kept_trees=True),
}


def _values() -> list[Floats]:
    return [np.arange(30.0) * (each + 1) + 5 * np.sin(np.arange(30.0) + each) for each in range(CHUNKS * fleet.CHUNK)]


def _run(folder: Path) -> list[Fitted]:
    return fleet.fit_all(_values(), 3, QUICK, parts=Parts(folder), workers=1, progress=lambda _, __: None)


def _killed_at(point: Point, folder: Path) -> int:
    """Fit in a process of its own that kills itself at the point; the signal by which it ended."""
    child = os.fork()
    if child:
        return os.WTERMSIG(os.waitpid(child, 0)[1])
    real: Callable[..., Any] = getattr(point.owner, point.name)
    calls = 0

    def kills(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        found = real(*given, **named) if point.after or calls < point.turn else None
        if calls == point.turn:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(point.owner, point.name, kills)
    _run(folder)
    os._exit(0)


@pytest.mark.parametrize("name", POINTS)
def test_the_rerun_fits_only_what_is_missing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole chunks are kept, and the trees once they are whole; the answers are those of a run that nobody killed."""
    point = POINTS[name]
    assert _killed_at(point, tmp_path / "killed") == signal.SIGKILL
    fitted: list[Floats] = []
    learned: list[int] = []
    fit, trees = backtest.fit, fleet.trees
    monkeypatch.setattr(backtest, "fit", lambda *given, **more: fitted.append(given[0]) or fit(*given, **more))
    monkeypatch.setattr(fleet, "trees", lambda *given: learned.append(len(given[0])) or trees(*given))
    again = _run(tmp_path / "killed")
    assert len(fitted) == (CHUNKS - point.kept_chunks) * fleet.CHUNK
    assert [each.tolist() for each in fitted] == [
        each.tolist() for each in _values()[point.kept_chunks * fleet.CHUNK :]
    ]
    assert bool(learned) is not point.kept_trees
    whole = _run(tmp_path / "whole")
    assert [each.forecasts.tolist() for each in again] == [each.forecasts.tolist() for each in whole]
