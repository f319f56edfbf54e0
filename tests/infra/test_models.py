"""The stacks of a use case with two models: a job, an experiment, a registered model and an endpoint for each."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from ml import parameters
from ml.usecases import USE_CASES
from tests.infra.conftest import Documents
from tests.infra.find import jobs, tasks
from tests.ml.two_models import two_models

OF_MODELS = (
    *("alerts", "alias-change", "approval", "comment", "monitoring", "new-version", "promotion", "rollback", "scoring"),
    *("training", "training-gpu"),
)
SHARED = ("ingest", "maintenance")


@pytest.fixture
def both(synthesized: Callable[[], Documents], monkeypatch: pytest.MonkeyPatch) -> Documents:
    """The shipped workspaces, credit with a second model."""
    monkeypatch.setitem(USE_CASES, "credit", two_models())
    return synthesized()


def _flags(task: dict[str, Any]) -> dict[str, str]:
    given = task["python_wheel_task"]["parameters"]
    return dict(zip(given[::2], given[1::2], strict=True))


def _ids(documents: Documents, stack: str, kind: str) -> dict[str, str]:
    return {key: found["name"] for key, found in documents[stack]["resource"][f"databricks_{kind}"].items()}


def _added(before: Documents, after: Documents, stack: str) -> set[str]:
    def addresses(documents: Documents) -> set[str]:
        return {f"{kind}.{key}" for kind, found in documents[stack]["resource"].items() for key in found}

    assert addresses(before) <= addresses(after)
    return addresses(after) - addresses(before)


def test_a_second_model(documents: Documents, both: Documents, capsys: pytest.CaptureFixture[str]) -> None:
    """It brings jobs and things of its own, and changes nothing of the first's."""
    of_second = {f"credit-second-{stage}" for stage in OF_MODELS}
    assert set(jobs(both, "prod")) == {f"credit-{stage}" for stage in (*OF_MODELS, *SHARED)} | of_second
    assert _ids(both, "prod-ml", "registered_model") == {
        "credit-model": "default_risk",
        "credit-second-model": "second",
    }
    assert _ids(both, "prod-ml", "mlflow_experiment") == {
        "credit-experiment": "/mlops/prod/credit-training",
        "credit-second-experiment": "/mlops/prod/credit-second-training",
    }
    assert _ids(both, "prod-serving", "model_serving") == {
        "credit-endpoint": "credit-default-risk",
        "credit-second-endpoint": "credit-second",
    }
    assert all("second" in address for address in _added(documents, both, "prod-ml"))
    assert all("second" in address for address in _added(documents, both, "prod-serving"))
    monitor = both["prod-serving"]["resource"]["databricks_quality_monitor"]["credit-predictions-monitor"]
    assert monitor["slicing_exprs"] == ["model"]
    for name, job in jobs(documents, "prod").items():
        assert jobs(both, "prod")[name] == job
    _tasks_name_their_model(both, capsys)
    _started_jobs_are_of_the_same_model(both)


def _tasks_name_their_model(both: Documents, capsys: pytest.CaptureFixture[str]) -> None:
    """As the parser of each task requires it, and only of those that work on one model."""
    for name in jobs(both, "prod"):
        own = "second" if name.startswith("credit-second-") else "default_risk"
        for task in tasks(both, "prod", name).values():
            if "python_wheel_task" in task:
                stage = name.removeprefix("credit-").removeprefix("second-")
                assert _flags(task).get("--model") == (own if stage in OF_MODELS else None), name
                _is_known(task, capsys)


def _is_known(task: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Every flag of the task is one that its code takes: its usage has it."""
    main = import_module(task["description"].removesuffix(".py").replace("/", ".")).main
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    usage = capsys.readouterr().out
    given = _flags(task)
    assert [flag for flag in given if flag not in usage] == []
    if "--model" in given:
        flags = [part for flag in ("--use-case", "--catalog", "--run-id", "--model") for part in (flag, given[flag])]
        assert parameters.common(parameters.of_model("task").parse_args(flags)).model.name == given["--model"]


def _started_jobs_are_of_the_same_model(both: Documents) -> None:
    starts = {
        (name, key): task["run_job_task"]["job_id"]
        for environment in ("prod", "staging")
        for name in jobs(both, environment)
        for key, task in tasks(both, environment, name).items()
        if "run_job_task" in task
    }
    assert {pair: job.removeprefix("${databricks_job.").removesuffix(".id}") for pair, job in starts.items()} == {
        ("credit-training", "promotion"): "credit-promotion",
        ("credit-training-gpu", "promotion"): "credit-promotion",
        ("credit-monitoring", "retraining"): "credit-training",
        ("credit-second-training", "promotion"): "credit-second-promotion",
        ("credit-second-training-gpu", "promotion"): "credit-second-promotion",
        ("credit-second-monitoring", "retraining"): "credit-second-training",
        ("credit-maintenance", "predictions"): "credit-scoring",
        ("credit-integration", "ingest"): "credit-ingest",
        ("credit-integration", "training"): "credit-training",
        ("credit-integration", "scoring"): "credit-scoring",
        ("credit-integration", "training_second"): "credit-second-training",
        ("credit-integration", "scoring_second"): "credit-second-scoring",
    }
