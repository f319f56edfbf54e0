"""A use case that was just written works at once: it is declared, its tests pass, and its stacks are synthesized."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.new_usecase.create import create
from ml.declarations import Period
from tests.cli.new_usecase.copies import copied

pytestmark = pytest.mark.programs

# One of each problem, with every period and both ways of answering among them.
WRITTEN = (
    ("calls", "classification", Period.HOUR, False),
    ("loans", "regression", Period.DAY, True),
    ("returns", "multiclass", Period.WEEK, True),
    ("zebras", "classification", Period.MONTH, True),
    ("sales", "forecasting", Period.DAY, False),
)
_NAMES = [name for name, *_ in WRITTEN]
# The demo of a use case with one more feed, before its own.
_ONE_MORE_FEED = """
from dataclasses import replace
import ml.usecases.loans.declaration as declaration
from ml.usecases.loans.tables import OUTCOMES
from ml.declarations import Feed

more = Feed(name="payments", silver=replace(OUTCOMES, name="payments"), period_column="known_at")
declaration.USE_CASE = replace(declaration.USE_CASE, feeds=(more, *declaration.USE_CASE.feeds))
from ml.usecases.loans.demo import replay
print(replay._CASES.name, replay._OUTCOMES.name)
"""
_SYNTH = "import sys; from pathlib import Path; from infra.main import synth; synth(Path(sys.argv[1]))"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout with the new use cases."""
    root = copied(tmp_path_factory.mktemp("checkout"))
    for name, problem, period, serving in WRITTEN:
        create(root, name, problem, period, serving=serving)
    return root


def in_checkout(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """What Python answers to `arguments`, with the rooms of the copy in place of this checkout's."""
    env = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True, check=False)


def test_its_own_tests_pass(checkout: Path) -> None:
    """Those of every use case that was written, and it is found by its folder."""
    folders = [f"tests/ml/usecases/{name}" for name in _NAMES]
    done = in_checkout(checkout, "-m", "pytest", "-m", "fast", "-p", "no:cacheprovider", *folders)
    assert done.returncode == 0, done.stdout[-4000:]


def test_a_further_feed_leaves_its_demo_as_it_is(checkout: Path) -> None:
    """The demo finds its feeds by their names."""
    done = in_checkout(checkout, "-c", _ONE_MORE_FEED)
    assert (done.returncode, done.stdout) == (0, "cases outcomes\n"), done.stderr[-4000:]


def test_its_jobs_are_synthesized_in_every_environment(checkout: Path, tmp_path: Path) -> None:
    """By the lines that were added to `workspaces/`; one that serves has an endpoint in prod, beside credit's, and a
    monitor that takes classes for classes and numbers for numbers.
    """
    done = in_checkout(checkout, "-c", _SYNTH, str(tmp_path))
    assert done.returncode == 0, done.stderr[-4000:]
    for env in ("dev", "staging", "prod"):
        stack = json.loads((tmp_path / "stacks" / f"{env}-ml" / "cdk.tf.json").read_text())
        jobs = {job["name"] for job in stack["resource"]["databricks_job"].values()}
        assert {f"{name}-training" for name in _NAMES} <= jobs
    serving = json.loads((tmp_path / "stacks" / "prod-serving" / "cdk.tf.json").read_text())
    endpoints = {each["name"] for each in serving["resource"]["databricks_model_serving"].values()}
    assert {name for name in _NAMES if name in endpoints} == {name for name, *_, serves in WRITTEN if serves}
    monitors = serving["resource"]["databricks_quality_monitor"]
    kinds = {name: each["inference_log"][0]["problem_type"] for name, each in monitors.items()}
    assert {name: kinds[f"{name}-predictions-monitor"] for name, *_, serves in WRITTEN if serves} == {
        "loans": "PROBLEM_TYPE_REGRESSION",
        "returns": "PROBLEM_TYPE_CLASSIFICATION",
        "zebras": "PROBLEM_TYPE_REGRESSION",
    }
