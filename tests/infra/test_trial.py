"""A version that waits for its sign-off is tried on the endpoint, if the model declares which share it answers."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ml.declarations import SignOff
from ml.usecases import USE_CASES
from tests.infra.conftest import Documents
from tests.infra.find import jobs

_CREDIT = USE_CASES["credit"]


def test_the_trial_follows_a_sign_off_that_did_not_pass(
    synthesized: Callable[[], Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing follows it: whoever approves starts the job again."""
    model = _CREDIT.models[0]
    assert model.serving
    tried = replace(
        model,
        gates=replace(model.gates, sign_off=SignOff.MANUAL),
        serving=replace(model.serving, challenger_percent=10),
    )
    monkeypatch.setitem(USE_CASES, "credit", replace(_CREDIT, models=(tried,)))
    tasks = {task["task_key"]: task for task in jobs(synthesized(), "prod")["credit-promotion"]["task"]}
    assert tasks["trial"]["depends_on"] == [{"task_key": "approved", "outcome": "false"}]
    assert tasks["trial"]["python_wheel_task"]["entry_point"] == "trial"
    assert tasks["promotion"]["depends_on"] == [{"task_key": "approved", "outcome": "true"}]
    assert not [key for key, task in tasks.items() if {"task_key": "trial"} in task.get("depends_on", [])]


def test_without_it_no_version_is_tried(documents: Documents) -> None:
    """As shipped."""
    assert "trial" not in {task["task_key"] for task in jobs(documents, "prod")["credit-promotion"]["task"]}
