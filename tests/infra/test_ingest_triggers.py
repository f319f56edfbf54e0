"""What starts ingest: files, a schedule, or the end of the last run; and what a topic needs in the stacks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ml.declarations import Column, DeclarationError, Feed, JobSettings, Layer, Login, Table, Topic, UseCase
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.infra.conftest import Documents
from tests.infra.find import jobs

TOPIC = Feed(
    name="payments",
    silver=Table(
        name="payments",
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per payment.",
        keys=("payment_id",),
        columns=(
            Column(name="payment_id", type="string", comment="Which."),
            Column(name="paid_on", type="date", comment="When."),
        ),
    ),
    period_column="paid_on",
    source=Topic(name="payments", secrets="bus", login=Login.OAUTH),
)


def _declared(**jobs: Any) -> UseCase:
    return replace(CREDIT, feeds=(*CREDIT.feeds, TOPIC), jobs=replace(CREDIT.jobs, **jobs))


def _flags(task: dict[str, Any]) -> dict[str, str]:
    given = task["python_wheel_task"]["parameters"]
    return dict(zip(given[::2], given[1::2], strict=True))


def test_a_continuous_ingest_is_one_task_without_end_or_retries(
    synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In staging the integration job waits for the end of ingest, so there it is started by files and ends."""
    monkeypatch.setitem(USE_CASES, "credit", _declared(ingest_every_s=30))
    documents = synthesized("staging-ml", "prod-ml", "prod-workspace")
    ending = jobs(documents, "staging")["credit-ingest"]
    assert [task["task_key"] for task in ending["task"]] == ["bronze", "features", "masks", "publish", "silver"]
    assert (ending["timeout_seconds"], "trigger" in ending, "continuous" in ending) == (3600, True, False)
    job = jobs(documents, "prod")["credit-ingest"]
    (task,) = job["task"]
    assert (task["task_key"], task["python_wheel_task"]["entry_point"]) == ("continuous", "ingest_continuous")
    assert job["continuous"] == {"pause_status": "UNPAUSED"}
    assert job["control_run_state"] is True
    refused = ("schedule", "trigger", "queue", "health", "timeout_seconds")
    assert [name for name in refused if name in job] == []
    assert [name for name in ("depends_on", "max_retries", "retry_on_timeout", "timeout_seconds") if name in task] == []
    flags = _flags(task)
    assert (flags["--every-s"], flags["--secret-scope"]) == ("30", "prod")
    readers = documents["prod-workspace"]["resource"]["databricks_secret_acl"]
    assert sorted(readers) == ["secrets-credit-ingest", "secrets-credit-monitoring"]


def test_a_continuous_ingest_is_asked_by_a_job_of_its_own(
    synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs as ingest's principal and records what the next round removes; an ingest that ends is asked itself."""
    monkeypatch.setitem(USE_CASES, "credit", _declared(ingest_every_s=30))
    documents = synthesized("staging-ml", "prod-ml")
    assert "credit-requests" not in jobs(documents, "staging")
    job = jobs(documents, "prod")["credit-requests"]
    (task,) = job["task"]
    assert task["python_wheel_task"]["entry_point"] == "ingest_requests"
    assert [given["name"] for given in job["parameter"]] == ["withdraw", "forget", "trained", "restore", "reason", "by"]
    assert _flags(task)["--forget"] == "{{job.parameters.forget}}"
    assert job["run_as"] == jobs(documents, "prod")["credit-ingest"]["run_as"]


def test_a_topic_is_read_on_a_schedule(synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ingest has the stages of any other, and bronze the scope with the secrets."""
    monkeypatch.setitem(USE_CASES, "credit", _declared(ingest_cron="0 0/15 * * * ?"))
    job = jobs(synthesized("prod-ml"), "prod")["credit-ingest"]
    assert job["schedule"]["quartz_cron_expression"] == "0 0/15 * * * ?"
    assert "trigger" not in job
    scopes = {task["task_key"]: _flags(task).get("--secret-scope") for task in job["task"]}
    assert scopes == {"masks": None, "bronze": "prod", "silver": None, "features": None, "publish": None}


def test_what_cannot_start_is_refused() -> None:
    """No file starts the ingest of a topic, and there is one trigger at most."""
    with pytest.raises(DeclarationError, match=r"feeds \['payments'\] bring no files that could start their ingest"):
        _declared()
    with pytest.raises(DeclarationError) as refused:
        replace(CREDIT.jobs, ingest_cron="0 0 * * * ?", ingest_every_s=-1)
    assert isinstance(CREDIT.jobs, JobSettings)
    assert refused.value.problems == (
        "ingest_cron and ingest_every_s are both given: keep one",
        "ingest_every_s is -1: give 1 or more",
    )
