"""A version that waits for its sign-off is tried on the endpoint, if the model declares which share it answers."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ml.declarations import Experiment, SignOff
from ml.usecases import USE_CASES
from tests.infra.conftest import Documents
from tests.infra.find import jobs

_CREDIT = USE_CASES["credit"]


def test_the_trial_follows_a_sign_off_that_did_not_pass(
    synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch
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
    tasks = {task["task_key"]: task for task in jobs(synthesized("prod-ml"), "prod")["credit-promotion"]["task"]}
    assert tasks["trial"]["depends_on"] == [{"task_key": "approved", "outcome": "false"}]
    assert tasks["trial"]["python_wheel_task"]["entry_point"] == "trial"
    assert tasks["promotion"]["depends_on"] == [{"task_key": "approved", "outcome": "true"}]
    assert not [key for key, task in tasks.items() if {"task_key": "trial"} in task.get("depends_on", [])]


def test_without_it_no_version_is_tried(documents: Documents) -> None:
    """As shipped."""
    assert "trial" not in {task["task_key"] for task in jobs(documents, "prod")["credit-promotion"]["task"]}


def test_an_experiment_is_looked_at_by_a_job_and_asked_for_by_the_sign_off(
    synthesized: Callable[..., Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the endpoint is, and nowhere else; the job runs as monitoring, which reads what was asked."""
    model = _CREDIT.models[0]
    assert model.serving
    rule = Experiment(size=20_000, effect=0.01)
    serving = replace(model.serving, challenger_percent=10, experiment=rule, shadow=True)
    monkeypatch.setitem(USE_CASES, "credit", replace(_CREDIT, models=(replace(model, serving=serving),)))
    made = synthesized("staging-ml", "prod-ml")
    job = jobs(made, "prod")["credit-online"]
    tasks = {task["task_key"]: task["python_wheel_task"]["entry_point"] for task in job["task"]}
    assert tasks == {"experiment": "experiment", "shadow": "shadow"}
    assert job["run_as"] == jobs(made, "prod")["credit-monitoring"]["run_as"]
    assert job["schedule"]["quartz_cron_expression"] == "0 15 * * * ?"
    flags = {
        env: {task["task_key"]: task for task in jobs(made, env)["credit-promotion"]["task"]}["sign_off"]
        for env in ("staging", "prod")
    }
    asked = {env: "--experiment" in task["python_wheel_task"]["parameters"] for env, task in flags.items()}
    assert asked == {"staging": False, "prod": True}
    assert "credit-online" not in jobs(made, "staging")
