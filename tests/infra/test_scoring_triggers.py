"""What starts scoring, and what streaming and sinks need in the stacks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.spec import SpecError, load
from ml.declarations import FilesFormat, FilesSink, KafkaSink, Login, PostgresSink, Streaming, UseCase
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.infra.conftest import Documents, edit
from tests.infra.find import grants, jobs

FILES = FilesSink(format=FilesFormat.CSV)
TOPIC = KafkaSink(topic="scores", secrets="bus", login=Login.CONNECTION_STRING)
DATABASE = PostgresSink(table="credit.scores", secrets="scores")


@pytest.fixture(autouse=True)
def clear(workspaces: Path) -> None:
    """Scoring sees the masked columns of its features, as a stream of what changed needs."""
    edit(workspaces / "platform.yaml", "scoring: {", "scoring: {sensitive: clear, source_sensitive: clear, ")


def _declared(**more: Any) -> UseCase:
    return replace(CREDIT, models=(replace(CREDIT.models[0], **more),))


def _flags(task: dict[str, Any]) -> dict[str, str]:
    given = task["python_wheel_task"]["parameters"]
    return dict(zip(given[::2], given[1::2], strict=True))


def test_a_continuous_scoring_is_asked_by_a_job_of_its_own(
    synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no schedule and no end; maintenance and forgetting go to the job beside it. In staging, where the
    integration job waits for scoring, it starts by its schedule and ends."""
    monkeypatch.setitem(USE_CASES, "credit", _declared(streaming=Streaming(every_s=30)))
    documents = synthesized("staging-ml", "prod-ml")
    ending, job = jobs(documents, "staging")["credit-scoring"], jobs(documents, "prod")["credit-scoring"]
    assert ("schedule" in ending, "continuous" in ending) == (True, False)
    assert "credit-predictions" not in jobs(documents, "staging")
    (task,) = job["task"]
    assert (task["python_wheel_task"]["entry_point"], _flags(task)["--every-s"]) == ("scoring", "30")
    assert job["continuous"] == {"pause_status": "UNPAUSED"}
    assert [name for name in ("schedule", "queue", "timeout_seconds", "parameter") if name in job] == []
    beside = jobs(documents, "prod")["credit-predictions"]
    (asked,) = beside["task"]
    assert {name: value for name, value in _flags(asked).items() if name in ("--forget", "--maintain")} == {
        "--forget": "{{job.parameters.forget}}",
        "--maintain": "{{job.parameters.maintain}}",
    }
    assert beside["run_as"] == job["run_as"]
    kept = {task["task_key"]: task for task in jobs(documents, "prod")["credit-maintenance"]["task"]}
    assert "credit-predictions" in kept["predictions"]["run_job_task"]["job_id"]


def test_scoring_writes_checkpoints_and_reads_secrets_only_if_it_is_declared(
    synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files have a volume, which only scoring writes; the scope with secrets is read for a database or a topic."""
    monkeypatch.setitem(USE_CASES, "credit", _declared(sinks=(FILES, TOPIC, DATABASE)))
    documents = synthesized("prod-ml", "prod-workspace")
    task = next(iter(jobs(documents, "prod")["credit-scoring"]["task"]))
    assert _flags(task)["--secret-scope"] == "prod"
    readers = documents["prod-workspace"]["resource"]["databricks_secret_acl"]
    assert sorted(readers) == ["secrets-credit-monitoring", "secrets-credit-scoring"]
    written = {"READ_VOLUME", "WRITE_VOLUME"}
    assert grants(documents, "prod-workspace", "credit_exports-grants") == {"prod-credit-scoring": written}
    assert grants(documents, "prod-workspace", "credit_checkpoints-grants") == {
        "prod-credit-ingest": written,
        "prod-credit-scoring": written,
    }
    assert "health_exports" not in documents["prod-workspace"]["resource"]["databricks_volume"]


def test_files_alone_need_no_secret(synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch) -> None:
    """So the task is told no scope, and its principal may read none."""
    monkeypatch.setitem(USE_CASES, "credit", _declared(sinks=(FILES,)))
    documents = synthesized("prod-ml", "prod-workspace")
    task = next(iter(jobs(documents, "prod")["credit-scoring"]["task"]))
    assert "--secret-scope" not in _flags(task)
    assert list(documents["prod-workspace"]["resource"]["databricks_secret_acl"]) == ["secrets-credit-monitoring"]


def test_a_stream_from_masked_features_is_refused_unless_scoring_sees_them(
    workspaces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Databricks refuses the changes of a table to whom a mask applies. A copy without the columns serves as well."""
    monkeypatch.setitem(USE_CASES, "credit", _declared(streaming=Streaming()))
    load(workspaces)
    edit(workspaces / "platform.yaml", "scoring: {sensitive: clear, source_sensitive: clear, ", "scoring: {")
    with pytest.raises(SpecError) as refused:
        load(workspaces)
    told = "credit/default_risk streams from a table with masked columns; or masked_reads: unmasked_table"
    assert f"job_access.scoring.sensitive: given None; allowed clear, since {told}" in str(refused.value)
    edit(workspaces / "platform.yaml", "network: private\n", "network: private\nmasked_reads: unmasked_table\n")
    load(workspaces)
