"""An algorithm that this environment cannot fit."""

from collections.abc import Callable

import pytest

from ml.declarations import Algorithm
from ml.neural.installed import LACKING, torch_version
from ml.problems.registry import problem_of
from ml.training.learners import in_memory, left_out
from tests.ml.problems.made import BINARY, PERIOD, model, rows

DECLARED = (Algorithm.XGBOOST, Algorithm.NETWORK)


@pytest.fixture
def with_torch(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Sets which version of PyTorch is found."""

    def found(version: str | None) -> None:
        monkeypatch.setattr(left_out, "_NEEDS", {Algorithm.NETWORK: ("torch", lambda: version, LACKING)})

    return found


def test_an_algorithm_that_cannot_be_fitted_here_is_left_out_with_the_reason(
    with_torch: Callable[[str | None], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are searched as if it were not declared; where it can be fitted, it is a learner like any other."""
    with_torch(None)
    frame, problem = rows(BINARY), problem_of(BINARY)
    learners = in_memory.learners(model(BINARY, *DECLARED), problem, frame, period=PERIOD)
    assert list(learners) == ["xgboost"]
    assert f"network is left out: {LACKING}" in capsys.readouterr().out
    with_torch("2.7.0")
    learners = in_memory.learners(model(BINARY, *DECLARED), problem, frame, period=PERIOD)
    assert list(learners) == ["xgboost", "network"]
    assert capsys.readouterr().out == ""


def test_nothing_to_fit_is_an_error_that_says_what_to_do(with_torch: Callable[[str | None], None]) -> None:
    """Before any row is read."""
    with_torch(None)
    with pytest.raises(left_out.NothingToFitError, match=r"network: this environment has no PyTorch: .*setup-torch"):
        left_out.present([Algorithm.NETWORK])


def test_what_was_left_out_is_part_of_what_decides_a_model(with_torch: Callable[[str | None], None]) -> None:
    """So a training with it is no rerun of one without; algorithms that every runtime brings add nothing."""
    with_torch(None)
    assert left_out.fitted_with(DECLARED) == ["torch==absent"]
    with_torch("2.7.0")
    assert left_out.fitted_with(DECLARED) == ["torch==2.7.0"]
    assert left_out.fitted_with([Algorithm.XGBOOST]) == []


def test_the_installed_version_is_found_without_importing_it() -> None:
    """A version, or None: which of both depends on the environment."""
    assert torch_version() is None or torch_version().split(".")[0].isdigit()  # type: ignore[union-attr]
