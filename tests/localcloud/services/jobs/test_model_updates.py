"""Jobs that registered models start: by a model-update trigger, and as the model's deployment job."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.services.jobs.settings import problems
from tests.localcloud.services.jobs.conftest import Plant

MODEL = "prod.platform_ops.risk"
_REGISTRY = "/api/2.0/mlflow/unity-catalog"
_COLUMN = json.dumps([{"name": "x", "type": "double"}])


@pytest.fixture
def registry(plant: Plant) -> Plant:
    """With a registered model and a clock that shows midnight of the first of January 2040."""
    _step(plant, advance_to="2040-01-01T00:00:00Z")
    plant.admin.registered_models.create(catalog_name="prod", schema_name="platform_ops", name="risk")
    return plant


def _step(plant: Plant, **body: Any) -> list[tuple[str, str, int]]:
    """What the step started, as (job, trigger, run id)."""
    answer = plant.core.call("POST", f"{plant.core.account_url}/local/clock", json=body)
    assert answer.status_code == 200, answer.text
    return [(run["job"], run["trigger"], run["run_id"]) for run in answer.json()["fired"]]


def _call(plant: Plant, verb: str, path: str, **body: Any) -> Any:
    return plant.core.call(verb, f"{plant.core.url('prod')}{_REGISTRY}{path}", json=body)


def _version(plant: Plant) -> int:
    """A version of the model that is ready."""
    begun = _call(plant, "POST", "/model-versions/create", name=MODEL, source="runs:/a/model").json()["model_version"]
    folder = Path(begun["storage_location"])
    (folder / "MLmodel").write_text(json.dumps({"signature": {"inputs": _COLUMN, "outputs": _COLUMN}}))
    finished = _call(plant, "POST", "/model-versions/finalize", name=MODEL, version=begun["version"])
    assert finished.status_code == 200, finished.text
    return int(begun["version"])


def _said(plant: Plant, run_id: int) -> Any:
    """The words that the run's only task was started with."""
    run = plant.wait(run_id)
    assert run.tasks is not None
    return json.loads(plant.admin.jobs.get_run_output(run.tasks[0].run_id or 0).logs or "")["argv"]


def _watch(condition: str, **more: Any) -> dict[str, Any]:
    return {"model": {"condition": condition, "securable_name": MODEL, **more}}


def test_a_new_version_starts_its_job_once(registry: Plant) -> None:
    """A minute later, with what is new; two versions are one run, also after a kill that kept the run alone."""
    _version(registry)
    say = registry.task("a", "say", "{{job.trigger.model.updates}}", "{{job.trigger.type}}")
    job_id = registry.create("gates", say, trigger=_watch("MODEL_VERSION_READY"))
    assert _step(registry, advance_s=600) == []
    _version(registry)
    assert _step(registry, advance_s=30) == []
    _version(registry)
    [(job, trigger, run_id)] = _step(registry, advance_s=90)
    assert (job, trigger) == ("gates", "MODEL")
    [updates, kind] = _said(registry, run_id)
    assert kind == "model"
    assert json.loads(updates) == [{"full_name": MODEL, "version": 2}, {"full_name": MODEL, "version": 3}]
    assert json.loads(_said(registry, registry.start(job_id))[0]) == []
    # As a kill leaves it between the start of the run and the trigger's own note.
    registry.core.cloud.store.delete("model_updates", str(job_id))
    registry.runner.recover()
    assert _step(registry, advance_s=600) == []


def test_an_alias_that_moves_starts_its_job(registry: Plant) -> None:
    """Only the aliases that are watched; a paused trigger keeps what happened and tells it once it is not."""
    number = _version(registry)
    say = registry.task("a", "say", "{{job.trigger.model.updates}}")
    watch = _watch("MODEL_ALIAS_SET", aliases=["champion"])
    job_id = registry.create("moves", say, trigger={**watch, "pause_status": "PAUSED"})
    for alias in ("challenger", "champion"):
        registry.admin.registered_models.set_alias(MODEL, alias, number)
    assert _step(registry, advance_s=600) == []
    changed = {"job_id": job_id, "new_settings": {"trigger": watch}}
    registry.core.call("POST", f"{registry.core.url('prod')}/api/2.2/jobs/update", json=changed).raise_for_status()
    [(_, _, run_id)] = _step(registry, advance_s=60)
    told = [{"full_name": MODEL, "version": number, "alias_name": "champion"}]
    assert json.loads(_said(registry, run_id)[0]) == told


def test_a_deployment_job_runs_for_each_new_version(registry: Plant) -> None:
    """With the model and the version; it is linked by who may start it, and has both parameters."""
    _version(registry)
    say = registry.task("a", "say", "{{job.parameters.model_version}}")
    job_id = registry.create("other", registry.task("a", "say"))
    refused = _call(registry, "PATCH", "/registered-models/update", name=MODEL, deployment_job_id=str(job_id))
    assert "does not declare model_name, model_version" in refused.json()["message"]
    parameters = [{"name": name, "default": ""} for name in ("model_name", "model_version")]
    linked = str(registry.create("linked", say, parameters=parameters))
    answer = _call(registry, "PATCH", "/registered-models/update", name=MODEL, deployment_job_id=linked).json()
    assert answer["registered_model"]["deployment_job_id"] == linked
    assert _step(registry, advance_s=0) == []
    number = _version(registry)
    [(job, _, run_id)] = _step(registry, advance_s=0)
    assert (job, _said(registry, run_id)) == ("linked", [str(number)])
    registry.core.cloud.store.put("deployment_job", MODEL, {"model": MODEL, "job_id": linked, "after": 0})
    assert [run[0] for run in _step(registry, advance_s=0)] == []


def test_a_model_trigger_that_cannot_be_used_is_told() -> None:
    """It has a condition that there is, aliases only for one of them, and waits at least a minute."""
    trigger = {"model": {"condition": "NEW", "aliases": ["a"], "wait_after_last_change_seconds": 5}}
    assert problems({"trigger": trigger}) == [
        "trigger: the condition of model is 'NEW': use one of MODEL_CREATED, MODEL_VERSION_READY, MODEL_ALIAS_SET",
        "trigger: model has aliases, which only MODEL_ALIAS_SET takes: leave them out",
        "trigger: wait_after_last_change_seconds is 5; give 60 or more, or leave it out",
    ]
