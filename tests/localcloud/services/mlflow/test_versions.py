"""The real MLflow client with the registry `databricks-uc`, as several principals: versions and their artifacts."""

import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

from tests.localcloud.services.mlflow.world import MODEL, Registry, denied, refused


def test_tags_of_a_version_need_apply_tag(registry: Registry) -> None:
    """At its creation and later, also from its maker; the description is for who manages the model."""
    registry.act_as("training")
    uri, model_id = registry.log()
    client = registry.newcomer("maker", "EXECUTE", "CREATE_MODEL_VERSION")
    registry.permit(registry.experiment(), "maker", "CAN_READ")
    made = {"source": uri, "model_id": model_id}
    assert "does not have APPLY TAG on" in denied(client.create_model_version, MODEL, tags={"licence": "x"}, **made)
    version = client.create_model_version(MODEL, **made).version
    assert "does not have APPLY TAG on" in denied(client.set_model_version_tag, MODEL, version, "licence", "x")
    registry.core.grant("function", MODEL, registry.applications["maker"], "APPLY_TAG")
    client.set_model_version_tag(MODEL, version, "licence", "internal")
    client.set_model_version_tag(MODEL, version, "kept", "no")
    client.delete_model_version_tag(MODEL, version, "kept")
    assert client.get_model_version(MODEL, version).tags == {"licence": "internal"}
    denied(client.update_model_version, MODEL, version, description="mine")
    owner = registry.act_as("promotion")
    assert owner.update_model_version(MODEL, version, description="theirs").description == "theirs"


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [("a.b", "x", "Tag key 'a.b' is not allowed"), ("a", "x" * 1001, "has 1001 characters; allowed are 1000")],
    ids=["a dot", "too long"],
)
def test_a_tag_that_unity_catalog_does_not_take_is_refused(registry: Registry, key: str, value: str, why: str) -> None:
    """By its key's characters and its value's length."""
    assert why in refused(
        "INVALID_PARAMETER_VALUE", registry.act_as("training").set_model_version_tag, MODEL, "1", key, value
    )


def test_a_fifty_first_tag_is_refused(registry: Registry) -> None:
    """A version has at most fifty, however they came."""
    client = registry.act_as("training")
    uri, model_id = registry.log()
    fifty = {f"tag_{number}": "x" for number in range(50)}
    version = client.create_model_version(MODEL, uri, tags=fifty, model_id=model_id).version
    client.set_model_version_tag(MODEL, version, "tag_1", "y")
    assert "51 tags" in refused("INVALID_PARAMETER_VALUE", client.set_model_version_tag, MODEL, version, "more", "x")


def test_a_signature_without_outputs_is_refused(registry: Registry) -> None:
    """By the client, before a version is made, and by the server for a client that does not look."""
    client = registry.act_as("training")
    inputs_only = ModelSignature(Schema([ColSpec("double", "x")]))
    uri, model_id = registry.log(inputs_only)
    before = {version.version for version in client.search_model_versions(f"name='{MODEL}'")}
    with pytest.raises(MlflowException, match="a signature that includes only inputs"):
        client.create_model_version(MODEL, uri, model_id=model_id)
    assert {version.version for version in client.search_model_versions(f"name='{MODEL}'")} == before
    store = client._get_registry_client().store
    registry.patch.setattr(store, "_validate_model_signature", lambda _: None)
    message = refused("INVALID_PARAMETER_VALUE", client.create_model_version, MODEL, uri, model_id=model_id)
    assert "has a signature without outputs" in message
    registry.patch.undo()
    registry.act_as("training")
    begun = max(client.search_model_versions(f"name='{MODEL}'"), key=lambda version: int(version.version))
    assert begun.status == "PENDING_REGISTRATION"


def test_a_version_is_its_makers_until_it_is_finished_and_nobodys_to_change_then(registry: Registry) -> None:
    """Others read no artifact before, nor finish it; afterwards not even the maker writes one."""
    base = f"{registry.core.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions"
    maker, other = registry.core.token("training"), registry.core.token("scoring")
    body = {"name": MODEL, "source": "dbfs:/made/elsewhere"}
    number = registry.core.call("POST", f"{base}/create", maker, json=body).json()["model_version"]["version"]
    file = f"{registry.core.url('prod')}/api/2.0/fs/files/Models/{MODEL.replace('.', '/')}/{number}/MLmodel"
    named = {"name": MODEL, "version": number}
    early = registry.core.call("POST", f"{base}/finalize", maker, json=named)
    assert (early.status_code, "holds no MLflow model" in early.json()["message"]) == (400, True)
    described = b'signature: {inputs: \'[{"type": "double"}]\', outputs: \'[{"type": "double"}]\'}'
    assert registry.core.call("PUT", file, other, content=b"x").status_code == 403
    assert registry.core.call("PUT", file, content=b"x").status_code == 403
    assert registry.core.call("PUT", file, maker, content=described).status_code == 204
    assert registry.core.call("GET", file, other).status_code == 403
    assert registry.core.call("POST", f"{base}/finalize", json=named).status_code == 403
    assert registry.core.call("POST", f"{base}/finalize", maker, json=named).status_code == 200
    assert registry.core.call("GET", file, other).content == described
    late = registry.core.call("PUT", f"{file}?overwrite=true", maker, content=b"x")
    assert (late.status_code, "cannot be changed: it is READY" in late.json()["message"]) == (403, True)
    assert registry.core.call("DELETE", file, maker).status_code == 403


def test_a_version_outlives_what_it_was_made_from(registry: Registry) -> None:
    """Its artifacts are its own: the logged model may be deleted, and the run's files stay open."""
    client = registry.act_as("training")
    uri, model_id = registry.log()
    version = client.create_model_version(MODEL, uri, model_id=model_id)
    client.delete_logged_model(model_id)
    client.log_text(version.run_id, "more", "notes.txt")
    loaded = mlflow.pyfunc.load_model(f"models:/{MODEL}/{version.version}")
    assert list(loaded.predict(pd.DataFrame({"x": [1.5]}))) == [3.0]


def test_a_version_is_copied_and_deleted_with_its_aliases(registry: Registry) -> None:
    """Who may EXECUTE it copies it to a model of their own, and deletes the copy; its number is not given again."""
    name = "prod.credit_ops.copy"
    registry.core.grant("schema", "prod.credit_ops", registry.applications["promotion"], "CREATE_MODEL")
    owner = registry.act_as("promotion")
    owner.create_registered_model(name)
    copied = owner.create_model_version(name, f"models:/{MODEL}/1")
    assert (copied.version, copied.status) == ("1", "READY")
    owner.set_registered_model_alias(name, "trial", "1")
    owner.delete_model_version(name, "1")
    assert owner.get_registered_model(name).aliases == {}
    assert owner.create_model_version(name, f"models:/{MODEL}/1").version == "2"
    owner.delete_registered_model(name)


def test_a_foreign_logged_model_is_not_registered(registry: Registry) -> None:
    """Who may make versions, and may not read the experiment, names no logged model of it."""
    registry.act_as("training")
    _, model_id = registry.log()
    registry.newcomer("outsider", "EXECUTE", "CREATE_MODEL_VERSION")
    url = f"{registry.core.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions/create"
    body = {"name": MODEL, "source": f"models:/{model_id}", "model_id": model_id}
    answer = registry.core.call("POST", url, registry.core.token("outsider"), json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")
    answer = registry.core.call("POST", url, registry.core.token("training"), json=body | {"model_id": "../runs"})
    assert answer.status_code == 400


def test_artifacts_also_go_by_signed_urls(registry: Registry) -> None:
    """For a client that does not use the SDK's Files API: up, down and listed; a URL is for one operation."""
    registry.patch.setenv("MLFLOW_USE_DATABRICKS_SDK_MODEL_ARTIFACTS_REPO_FOR_UC", "false")
    client = registry.act_as("training")
    uri, model_id = registry.log()
    version = client.create_model_version(MODEL, uri, model_id=model_id)
    registry.act_as("scoring")
    loaded = mlflow.pyfunc.load_model(f"models:/{MODEL}/{version.version}")
    assert list(loaded.predict(pd.DataFrame({"x": [2.0]}))) == [4.0]
    path = f"/Models/{MODEL.replace('.', '/')}/{version.version}/MLmodel"
    files = f"{registry.core.url('prod')}/api/2.0/fs"
    scoring = registry.core.token("scoring")
    assert registry.core.call("POST", f"{files}/create-upload-url", scoring, json={"path": path}).status_code == 403
    url = registry.core.call("POST", f"{files}/create-download-url", scoring, json={"path": path}).json()["url"]
    assert registry.core.call("GET", url, "").status_code == 200
    assert registry.core.call("PUT", url, "", content=b"x").status_code == 403
    registry.patch.undo()
