"""The network as a candidate: searched, averaged, packed and served like any other."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ml.declarations import Algorithm
from ml.problems.registry import problem_of
from ml.training import registry
from ml.training.autologging import autologging
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory, network
from ml.versions import contract, reason_codes
from ml.versions.scorer import NETWORK_FILE, Scorer, expand, network_raw
from tests.ml.neural.torch_here import torch_or_skip
from tests.ml.problems.made import BINARY, PERIOD, SPLIT, model, rows

torch_or_skip()

DECLARED = model(BINARY, Algorithm.XGBOOST, Algorithm.NETWORK, trials=2)
PROBLEM, FRAME = problem_of(BINARY), rows(BINARY)


def _learner() -> network.Network:
    before = FRAME[FRAME[PERIOD].isin(SPLIT.before_holdout)]
    found = in_memory.learners(DECLARED, PROBLEM, before, period=PERIOD)["network"]
    assert isinstance(found, network.Network)
    return found


@pytest.fixture(scope="module")
def learned() -> Learned:
    """Trained as the task trains."""
    before = FRAME[FRAME[PERIOD].isin(SPLIT.before_holdout)]
    learners = in_memory.learners(DECLARED, PROBLEM, before, period=PERIOD)
    return learn(learners, PROBLEM, SPLIT, DECLARED.tuning, seed=1)


def test_a_network_competes_with_trees_by_the_problems_loss(learned: Learned) -> None:
    """Alone, and in an average with the others; the least loss on the tuning periods is chosen, whoever has it."""
    losses = {name: found.best.loss for name, found in learned.searches.items()}
    assert list(losses) == ["xgboost", "network", "xgboost+network"]
    assert learned.chosen == min(losses, key=losses.__getitem__)
    assert losses["network"] < 0.5 < float(np.log(2))
    best = learned.searches["network"].best
    assert 1 <= best.found["epochs"] <= 60
    assert len(learned.searches["network"].candidates) == 2


def test_the_same_seed_gives_the_same_network(learned: Learned) -> None:
    """To the last bit; another seed gives another one."""
    params = {**network.FIRST, "epochs": 2}
    one, other = (_learner().fit(params, SPLIT.train) for _ in range(2))
    assert {name: value.tobytes() for name, value in one.weights.items()} == {
        name: value.tobytes() for name, value in other.weights.items()
    }


def test_every_epoch_of_a_logged_fit_is_in_its_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only inside `autologging`, so that searches write none."""
    logged: list[tuple[str, float, int]] = []
    monkeypatch.setattr("mlflow.log_metric", lambda *each: logged.append(each))
    params = {**network.FIRST, "epochs": 3}
    with autologging(Algorithm.NETWORK):
        _learner().fit(params, SPLIT.train)
    _learner().fit(params, SPLIT.train)
    assert [(name, epoch) for name, _, epoch in logged] == [("fitted-loss", number) for number in (1, 2, 3)]
    assert logged[0][1] > logged[2][1] > 0


def test_a_packed_network_answers_without_pytorch(learned: Learned, tmp_path: Path) -> None:
    """In a process that cannot import it, with the answers of this one."""
    params = learned.searches["network"].best.fitting
    fitted = _learner().fit(params, SPLIT.before_holdout)
    fitted.save(tmp_path)
    description = contract.describe(
        DECLARED,
        categories=fitted.categories,
        readers=fitted.readers,
        calibration={"method": "sigmoid", "slope": 1.0, "intercept": 0.0},
    )
    (tmp_path / "model.json").write_text(json.dumps(description))
    held = contract.model_input(DECLARED, FRAME[FRAME[PERIOD].isin(SPLIT.holdout)])
    held.to_parquet(tmp_path / "held.parquet")
    code = f"""
import sys
sys.modules["torch"] = None
import pandas as pd
from pathlib import Path
from ml.versions.scorer import Scorer
answers = Scorer(Path({str(tmp_path)!r}))(pd.read_parquet({str(tmp_path / "held.parquet")!r}))
answers.to_parquet({str(tmp_path / "answers.parquet")!r})
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
    here = Scorer(tmp_path)(held)["probability"].to_numpy()
    assert (pd_read(tmp_path / "answers.parquet") == here).all()
    assert here.std() > 0.1
    assert {each.name for each in tmp_path.iterdir()} >= {NETWORK_FILE, "model.json"}


def test_reasons_of_a_network_sum_to_its_answer(learned: Learned, tmp_path: Path) -> None:
    """Whatever it answers; what a row has in common with the median row counts for nothing, and weight the most."""
    fitted = _learner().fit(learned.searches["network"].best.fitting, SPLIT.before_holdout)
    fitted.save(tmp_path)
    description = {**contract.describe(DECLARED, categories=fitted.categories, readers=("network",), calibration={})}
    explained = reason_codes.explainer(tmp_path, description, expand, network_raw)
    matrix = fitted.rows.matrix(SPLIT.tuning, fitted.categories)[:20]
    matrix[0, 1] = fitted.median[1]
    found = explained(matrix)
    names = [feature["name"] for feature in description["features"]]
    assert found.shape == (20, 1, len(names) + 1)
    np.testing.assert_allclose(found.sum(axis=2)[:, 0], network_raw(tmp_path)(matrix), rtol=1e-9)
    assert found[0, 0, 1] == 0.0
    assert np.abs(found[:, 0, names.index("weight")]).mean() > np.abs(found[:, 0, names.index("visits")]).mean()


def pd_read(file: Path) -> np.ndarray:
    """The answers in a file."""
    import pandas as pd  # noqa: PLC0415

    return pd.read_parquet(file)["probability"].to_numpy()


def test_a_version_with_a_network_is_packed_like_any_other(learned: Learned, tmp_path: Path) -> None:
    """The served answers rank the hold-out."""
    registry.pack(learned, DECLARED, tmp_path)
    held = FRAME[FRAME[PERIOD].isin(SPLIT.holdout)]
    answers = Scorer(tmp_path)(contract.model_input(DECLARED, held))
    assert PROBLEM.measure(PROBLEM.truth(held["truth"]), answers).as_dict()["roc_auc"] > 0.8
