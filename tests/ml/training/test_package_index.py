"""A private package index: a version names it where its image is built from, and never with a sign-in."""

from dataclasses import replace
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import yaml

from ml.declarations import Algorithm
from ml.parameters import Common
from ml.training import plan, registry, train
from ml.training.feature_spec import Source
from ml.training.plan import Task
from ml.versions import artifact, contract
from tests.ml.conftest import COMMIT, MODEL_NAME, World

INDEX = "https://packages.example.com/simple"
FLAGS = ["--use-case=credit", "--catalog=prod", "--run-id=1", "--source-catalog=prod", "--git-commit=x"]
FLAGS += ["--reason=test", "--sample-rows=0"]


@pytest.mark.parametrize(
    "url",
    [
        "http://packages.example.com/simple",
        "https://ann:token@packages.example.com/simple",
        "https://packages.example.com/simple?token=x",
        "packages.example.com",
    ],
)
def test_an_index_with_a_sign_in_or_without_tls_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and what was given is not repeated: it may be a token."""
    with pytest.raises(SystemExit, match="2"):
        train.parse([*FLAGS, f"--package-index={url}"])
    said = capsys.readouterr().err
    assert "it is not a package index: give https://HOST/PATH without a user or a token" in said
    assert "token@" not in said


def test_without_an_index_nothing_is_named() -> None:
    """As an environment without `package_index` starts the task."""
    assert train.parse(FLAGS).package_index == ""
    given = (Algorithm.XGBOOST,)
    assert contract.serving_requirements(given) == [*contract.requirements(given), artifact.LOOK_UP_REQUIREMENT]


def test_the_image_of_a_version_is_built_from_the_index(
    world: World, trained: dict[str, object], tmp_path: Path
) -> None:
    """pip and conda read it in the packed model's files; the raw model, which jobs load, names none."""
    raw = artifact.raw_model(artifact.fetch(f"models:/{MODEL_NAME}/{trained['model_version']}", tmp_path))
    [packed] = [each for each in (raw / "artifacts").iterdir() if each.is_dir()]
    task = _task(world)
    example = pd.DataFrame([dict.fromkeys(task.model.features, 0.0)])
    example = contract.model_input(task.model, example)
    source = Source(table="prod.credit_gold.client_features", table_id="t", workspace_id=7)
    mlflow.set_experiment(task.experiment)
    with mlflow.start_run():
        uri, _ = registry.log_model(
            packed, task.model, plan.plan(world.tables, task).pinned, example, source, package_index=INDEX
        )
    (tmp_path / "named").mkdir()
    folder = artifact.fetch(uri, tmp_path / "named")
    conda = yaml.safe_load((folder / "conda.yaml").read_text())
    assert (folder / "requirements.txt").read_text().splitlines()[0] == f"--index-url {INDEX}"
    assert conda["dependencies"][-1]["pip"][0] == f"--index-url {INDEX}"
    assert "--index-url" not in (artifact.raw_model(folder) / "requirements.txt").read_text()


def test_another_index_trains_anew(world: World) -> None:
    """A version that names an index which is gone can be served no more, so it is not reused."""
    task = _task(world)
    planned = plan.plan(world.tables, task)
    here = plan.lineage(task, planned).fingerprint
    assert plan.lineage(replace(task, package_index=INDEX), planned).fingerprint != here


def _task(world: World) -> Task:
    common = Common(use_case=world.use_case, catalog="prod", run_id="plan")
    return Task(common=common, source_catalog="prod", git_commit=COMMIT, sample_rows=0, reason="test")
