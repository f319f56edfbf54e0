"""The real MLflow client with the registry `databricks-uc`, as several principals: models, aliases, searches."""

import mlflow
import pandas as pd
import pytest
from databricks.sdk.errors import PermissionDenied
from mlflow.exceptions import MlflowException

from ml.gates.new_version import link
from tests.localcloud.services.mlflow.world import MODEL, Registry, denied, refused


def test_only_the_owner_moves_an_alias(registry: Registry) -> None:
    """Training is refused; promotion does it; the SDK then finds the version by the alias."""
    training = registry.act_as("training")
    message = denied(training.set_registered_model_alias, MODEL, "champion", "1")
    assert f"User is not an owner of Registered Model '{MODEL}'." in message
    assert "CREATE MODEL" in denied(training.create_registered_model, "prod.credit_ops.other")
    denied(training.delete_registered_model, MODEL)
    denied(training.delete_model_version, MODEL, "1")
    denied(training.delete_registered_model_alias, MODEL, "champion")
    denied(training.update_registered_model, MODEL, description="mine")
    promotion = registry.act_as("promotion")
    promotion.set_registered_model_alias(MODEL, "champion", "1")
    promotion.set_registered_model_alias(MODEL, "gone", "1")
    promotion.delete_registered_model_alias(MODEL, "gone")
    aliases = promotion.get_registered_model(MODEL).aliases
    assert (aliases["champion"], "gone" in aliases) == ("1", False)
    sdk = registry.core.sdk("scoring")
    assert sdk.model_versions.get_by_alias(MODEL, "champion").version == 1
    with pytest.raises(PermissionDenied):
        sdk.registered_models.set_alias(MODEL, "champion", 1)


def test_scoring_loads_the_model_by_execute_alone(registry: Registry) -> None:
    """By number and by alias; it has no permission on the experiment, and reads the registered artifacts only."""
    registry.act_as("promotion").set_registered_model_alias(MODEL, "loaded", "1")
    client = registry.act_as("scoring")
    for uri in (f"models:/{MODEL}/1", f"models:/{MODEL}@loaded"):
        assert list(mlflow.pyfunc.load_model(uri).predict(pd.DataFrame({"x": [3.0]}))) == [6.0]
    # Where the artifacts lie is shown; only the Files API opens it.
    assert client.get_model_version_download_uri(MODEL, "1").startswith(str(registry.core.cloud.models))
    run_id = client.get_model_version(MODEL, "1").run_id
    assert "CAN_READ" in denied(client.get_run, run_id)
    assert "CAN_EDIT" in denied(client.set_tag, run_id, "a", "b")


def test_without_execute_a_model_is_not_there(registry: Registry) -> None:
    """Neither by name nor in a search, and none of its artifacts."""
    registry.core.application("stranger")
    client = registry.act_as("stranger")
    assert "USE CATALOG" in denied(client.get_model_version, MODEL, "1")
    assert list(client.search_registered_models()) == []
    assert list(client.search_model_versions(f"name='{MODEL}'")) == []
    assert list(client.search_experiments()) == []
    browsing = registry.newcomer("browsing", "BROWSE")
    assert "EXECUTE" in denied(browsing.get_registered_model, MODEL)
    assert "EXECUTE" in denied(browsing.get_model_version_by_alias, MODEL, "champion")
    assert "EXECUTE" in denied(browsing.get_model_version_download_uri, MODEL, "1")
    with pytest.raises(PermissionDenied, match="EXECUTE"):
        registry.core.sdk("browsing").files.download(f"/Models/{MODEL.replace('.', '/')}/1/MLmodel")


def test_what_is_not_there_is_a_resource_that_does_not_exist(registry: Registry) -> None:
    """By Unity Catalog's code, also for an alias, where MLflow's own server says INVALID_PARAMETER_VALUE."""
    client = registry.act_as("promotion")
    for call, *arguments in (
        (client.get_registered_model, "prod.credit_ops.nothing"),
        (client.get_model_version, MODEL, "999"),
        (client.get_model_version_by_alias, MODEL, "nobody"),
        (client.set_registered_model_alias, MODEL, "champion", "999"),
        (client.delete_model_version, MODEL, "999"),
    ):
        refused("RESOURCE_DOES_NOT_EXIST", call, *arguments)


def test_a_model_is_made_once_and_by_three_levels(registry: Registry) -> None:
    """Its owner tags, describes and deletes it, with its versions and their artifacts."""
    maker = registry.newcomer("model-maker")
    registry.core.grant("schema", "prod.credit_ops", registry.applications["model-maker"], "CREATE_MODEL")
    name = "prod.credit_ops.made"
    with pytest.raises(MlflowException, match=r"specify all three levels.*set the Model Registry URI"):
        maker.create_registered_model("made")
    made = maker.create_registered_model(name, tags={"team": "risk"}, description="a trial")
    assert (made.name, made.description, made.tags) == (name, "a trial", {"team": "risk"})
    assert "already exists" in refused("RESOURCE_ALREADY_EXISTS", maker.create_registered_model, name)
    maker.update_registered_model(name, "changed")
    maker.set_registered_model_tag(name, "team", "fraud")
    maker.set_registered_model_tag(name, "stage", "trial")
    maker.delete_registered_model_tag(name, "stage")
    found = maker.get_registered_model(name)
    assert (found.description, found.tags, found.aliases) == ("changed", {"team": "fraud"}, {})
    registry.core.admin().registered_models.update(name, comment="said elsewhere")
    assert maker.get_registered_model(name).description == "said elsewhere"
    assert "new_name" in refused("INVALID_PARAMETER_VALUE", maker.rename_registered_model, name, f"{name}_2")
    assert name in [model.name for model in maker.search_registered_models()]
    maker.delete_registered_model(name)
    refused("RESOURCE_DOES_NOT_EXIST", maker.get_registered_model, name)


@pytest.mark.parametrize("alias", ["latest", "v1", "a.b"])
def test_an_alias_that_reads_as_a_version_is_refused(registry: Registry, alias: str) -> None:
    """By the server too, whatever the client checks."""
    url = f"{registry.core.url('prod')}/api/2.0/mlflow/unity-catalog/registered-models/alias"
    answer = registry.core.call("POST", url, json={"name": MODEL, "alias": alias, "version": "1"})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_searches_have_no_order_and_few_filters(registry: Registry) -> None:
    """One condition, on name or run; no order; a search tells no tags and no aliases."""
    client = registry.act_as("training")
    with pytest.raises(MlflowException, match="'order_by' is unsupported"):
        client.search_model_versions(f"name='{MODEL}'", order_by=["version_number DESC"])
    with pytest.raises(MlflowException, match="'filter_string' is unsupported"):
        client.search_registered_models("name='x'")
    for text in ("tags.owner = 'a'", f"name='{MODEL}' and run_id='x'", "name LIKE 'prod%'", ""):
        assert "not supported for models in Unity Catalog" in refused(
            "INVALID_PARAMETER_VALUE", client.search_model_versions, text
        )
    run_id = client.get_model_version(MODEL, "1").run_id
    assert [found.version for found in client.search_model_versions(f"run_id = '{run_id}'")] == ["1"]
    first = min(client.search_model_versions(f"name='{MODEL}'"), key=lambda version: int(version.version))
    assert (first.version, first._tags, first._aliases) == ("1", {}, [])
    assert client.get_model_version(MODEL, "1").tags == {"git_commit": "abc"}
    url = f"{registry.core.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions/search"
    ordered = registry.core.call("GET", f"{url}?filter=name='{MODEL}'&order_by=version")
    assert (ordered.status_code, "order_by" in ordered.json()["message"]) == (400, True)


def test_a_search_is_answered_by_the_page(registry: Registry) -> None:
    """A hundred at most, whatever is asked for; the token leads to the rest, and every version comes once."""
    name = "prod.credit_ops.many"
    admin = registry.core.admin()
    admin.registered_models.create(catalog_name="prod", schema_name="credit_ops", name="many")
    url = f"{registry.core.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions/create"
    for _ in range(103):
        assert registry.core.call("POST", url, json={"name": name, "source": "dbfs:/made/elsewhere"}).status_code == 200
    registry.core.grant("function", name, registry.applications["scoring"], "EXECUTE")
    client = registry.act_as("scoring")
    first = client.search_model_versions(f"name='{name}'", max_results=1000)
    rest = client.search_model_versions(f"name='{name}'", max_results=1000, page_token=first.token)
    assert (len(first), len(rest), rest.token) == (100, 3, "")
    assert {int(version.version) for version in [*first, *rest]} == set(range(1, 104))
    admin.registered_models.delete(name)


def test_there_are_no_stages(registry: Registry) -> None:
    """The client says so; a stage is no version."""
    client = registry.act_as("promotion")
    with pytest.raises(MlflowException, match="unsupported"):
        client.transition_model_version_stage(MODEL, "1", "Production")
    with pytest.raises(MlflowException, match="unsupported"):
        client.get_latest_versions(MODEL)
    url = f"{registry.core.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions/get"
    answer = registry.core.call("GET", f"{url}?name={MODEL}&version=Production")
    assert (answer.status_code, "has no stages" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/2.0/mlflow/registered-models/get?name=x"),
        ("POST", "/ajax-api/2.0/mlflow/registered-models/alias"),
        ("POST", "/api/2.0/mlflow/model-versions/create"),
    ],
)
def test_the_workspaces_own_registry_is_closed(registry: Registry, method: str, path: str) -> None:
    """For everybody; the refusal says what to set."""
    options = {"json": {"name": MODEL}} if method == "POST" else {}
    answer = registry.core.call(method, f"{registry.core.url('prod')}{path}", **options)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "FEATURE_DISABLED")
    assert "databricks-uc" in answer.json()["message"]


def test_what_the_registry_does_not_know_is_refused(registry: Registry) -> None:
    """Prompts of Unity Catalog, and fields that no route reads."""
    base = f"{registry.core.url('prod')}/api/2.0/mlflow/unity-catalog"
    assert registry.core.call("POST", f"{base}/prompts", json={"name": "x"}).status_code == 501
    body = {"name": "prod.credit_ops.x", "deployment_job_id": "7"}
    answer = registry.core.call("POST", f"{base}/registered-models/create", json=body)
    assert (answer.status_code, "deployment_job_id" in answer.json()["message"]) == (400, True)


def test_the_owner_links_the_deployment_job(registry: Registry) -> None:
    """By the client, as the task of the wheel does, once; the job must be one that the owner may start."""
    core = registry.core
    parameters = [{"name": name, "default": ""} for name in ("model_name", "model_version")]
    condition = {"task_key": "only", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}
    body = {"name": "new-version", "tasks": [condition], "parameters": parameters}
    made = core.call("POST", f"{core.url('prod')}/api/2.2/jobs/create", json=body).json()
    promotion, job_id = registry.act_as("promotion"), str(made["job_id"])
    assert "CAN_MANAGE_RUN" in denied(promotion.update_registered_model, MODEL, deployment_job_id=job_id)
    entry = {"service_principal_name": registry.applications["promotion"], "permission_level": "CAN_MANAGE_RUN"}
    url = f"{core.url('prod')}/api/2.0/permissions/jobs/{job_id}"
    core.call("PATCH", url, json={"access_control_list": [entry]}).raise_for_status()
    before = promotion.get_registered_model(MODEL).description
    for _ in range(2):
        link(promotion, MODEL, job_id)
    found = promotion.get_registered_model(MODEL)
    assert (found.deployment_job_id, found.description) == (job_id, before)
    denied(registry.act_as("training").update_registered_model, MODEL, deployment_job_id=job_id)
