"""Routes of endpoints, online stores and registered models that no story needs."""

from typing import Any

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service import ml

from tests.localcloud.services.serving.world import MODEL, World


def test_an_endpoints_settings_and_log_are_kept(world: World) -> None:
    """Notifications are kept as given; the log says what the model's process said."""
    world.endpoint("settled", world.versions["one"])
    path = "/api/2.0/serving-endpoints/settled"
    told = {"on_update_failure": ["on-call@example.com"]}
    assert _ask(world, "PATCH", f"{path}/notifications", told) == told
    assert "logs" in _ask(world, "GET", f"{path}/served-models/risk/logs")
    world.client().serving_endpoints.delete("settled")


def test_an_online_store_is_read_and_deleted(world: World) -> None:
    """By its name; then it is gone."""
    stores = world.client().feature_store
    stores.create_online_store(ml.OnlineStore(name="brief", capacity="CU_1"))
    assert stores.get_online_store("brief").capacity == "CU_1"
    stores.delete_online_store("brief")
    with pytest.raises(NotFound):
        stores.get_online_store("brief")


def test_versions_and_aliases_are_seen_through_unity_catalog(world: World) -> None:
    """The versions that MLflow made are listed and read; an alias is set, found and taken back."""
    admin, version = world.client(), world.versions["one"]
    assert MODEL in [model.full_name for model in admin.registered_models.list()]
    assert version in [each.version for each in admin.model_versions.list(MODEL)]
    assert admin.model_versions.get(MODEL, version).version == version
    admin.registered_models.set_alias(MODEL, "trial", version)
    assert admin.model_versions.get_by_alias(MODEL, "trial").version == version
    admin.registered_models.delete_alias(MODEL, "trial")
    held = admin.registered_models.get(MODEL, include_aliases=True).aliases or []
    assert "trial" not in [alias.alias_name for alias in held]


def test_a_registered_model_is_deleted(world: World) -> None:
    """One without versions."""
    admin = world.client()
    admin.registered_models.create(catalog_name="prod", schema_name="credit_ops", name="unused")
    admin.registered_models.delete("prod.credit_ops.unused")
    with pytest.raises(NotFound):
        admin.registered_models.get("prod.credit_ops.unused")


def _ask(world: World, method: str, path: str, body: object = None) -> Any:
    headers = {"Authorization": f"Bearer {world.admin_token}"}
    answer = world.http.request(method, world.url + path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()
