"""What a killed training leaves in MLflow and in the scratch volume, and how its rerun ends it."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import mlflow
import pytest
from mlflow.entities import Run

from ml.examples.dataset import Pinned
from ml.examples.split import Split
from ml.parameters import Common
from ml.tables import Tables
from ml.training import plan, scratch
from ml.training.plan import Plan, Task
from ml.training.train import train_unless_known
from ml.usecases.credit.declaration import USE_CASE

MONTHS = tuple(date(2023, month, 1) for month in range(1, 6))
COMMON = Common(use_case=USE_CASE, catalog="prod", run_id="rerun")
TASK = Task(common=COMMON, source_catalog="prod", git_commit="0" * 40, sample_rows=0, reason="test")
PLANNED = Plan(
    pinned=Pinned(
        catalog="prod",
        features="prod.credit_gold.client_features",
        features_version=1,
        outcomes="prod.credit_gold.client_outcomes",
        outcomes_version=1,
        cut_off=date(2023, 6, 1),
    ),
    examples=cast(Any, None),
    periods=(),
    split=Split(train=MONTHS[:2], tuning=MONTHS[2:3], calibration=MONTHS[3:4], holdout=MONTHS[4:]),
    model=USE_CASE.models[0],
)


@dataclass(frozen=True)
class Volumes:
    """Volumes as folders below `root`; the rerun reads no table."""

    root: Path

    def volume_path(self, name: str, *, write: bool) -> str:
        """The folder, to a task that may write."""
        assert write
        return str(self.root / name)


def test_the_rerun_of_a_registered_training_closes_its_runs_and_removes_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its killed attempts are closed with the fits under way below them, and its folder in the volume goes.

    A fit of another training goes on.
    """
    monkeypatch.setenv("MLOPS_TASK_VALUES", str(tmp_path / "values.json"))
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    client, tables = mlflow.MlflowClient(uri, uri), cast(Tables, Volumes(tmp_path))
    lineage = plan.lineage(TASK, PLANNED)
    experiment = client.create_experiment(TASK.experiment)

    def begun(**tags: str) -> Run:
        return client.create_run(experiment, tags={name.replace("_", "."): value for name, value in tags.items()})

    done, killed = begun(fingerprint=lineage.fingerprint), begun(fingerprint=lineage.fingerprint)
    fit, other = begun(mlflow_parentRunId=killed.info.run_id), begun(mlflow_parentRunId="another")
    client.set_terminated(done.info.run_id)
    client.create_registered_model(TASK.model_name)
    client.create_model_version(TASK.model_name, source=str(tmp_path), run_id=done.info.run_id)
    left = scratch.folder(tables, COMMON, lineage)
    (left / "trials").mkdir(parents=True)

    train_unless_known(client, tables, TASK, PLANNED)

    runs = {"done": done, "killed": killed, "fit": fit, "other": other}
    assert {name: client.get_run(run.info.run_id).info.status for name, run in runs.items()} == {
        "done": "FINISHED",
        "killed": "KILLED",
        "fit": "KILLED",
        "other": "RUNNING",
    }
    assert not left.exists()
    account = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (account["reused"], account["model_version"]) == (True, 1)
