"""A PATCH of a securable does what it says, or says what it does not do."""

from typing import Any

import pytest
import requests
from databricks.sdk.errors import InvalidParameterValue

from tests.localcloud.core import Core

_SECURABLES = {
    "catalogs": "prod",
    "schemas": "prod.credit_gold",
    "tables": "prod.credit_gold.scores",
    "volumes": "prod.credit_gold.files",
    "models": "prod.credit_gold.risk",
}


@pytest.fixture
def full(lake: Core) -> Core:
    """A lake that has one of each."""
    admin = lake.admin()
    admin.registered_models.create(catalog_name="prod", schema_name="credit_gold", name="risk", comment="kept")
    volume = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "files"}
    _call(lake, "POST", "volumes", json=volume).raise_for_status()
    return lake


def _call(core: Core, method: str, path: str, **options: Any) -> requests.Response:
    found: requests.Response = core.call(method, f"{core.url('prod')}/api/2.1/unity-catalog/{path}", **options)
    return found


@pytest.mark.parametrize("collection", _SECURABLES)
@pytest.mark.parametrize(
    ("field", "value"),
    [("storage_location", "abfss://other@lake/"), ("custom_max_retention_hours", 24), ("coment", "x")],
)
def test_a_field_that_is_not_changed_is_refused_by_its_name(
    full: Core, collection: str, field: str, value: object
) -> None:
    """It was dropped without a word. Nothing else of the request is done."""
    name = _SECURABLES[collection]
    before = _call(full, "GET", f"{collection}/{name}").json()
    answer = _call(full, "PATCH", f"{collection}/{name}", json={"comment": "new", field: value})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert f"Field(s) {field} of '{name}' are not changed here; changed are " in answer.json()["message"]
    assert _call(full, "GET", f"{collection}/{name}").json() == before


@pytest.mark.parametrize("collection", [*_SECURABLES, "storage-credentials", "external-locations"])
def test_a_rename_is_refused(full: Core, collection: str) -> None:
    """What refers to a securable has its name: a rename that answers 200 and does nothing misleads."""
    admin = full.admin()
    identity = {"access_connector_id": "/subscriptions/s/accessConnectors/lake"}
    credential = {"name": "lake", "azure_managed_identity": identity}
    _call(full, "POST", "storage-credentials", json=credential).raise_for_status()
    admin.external_locations.create("gold", "abfss://gold@lake.dfs.core.windows.net/", "lake")
    name = {**_SECURABLES, "storage-credentials": "lake", "external-locations": "gold"}[collection]
    answer = _call(full, "PATCH", f"{collection}/{name}", json={"new_name": "other"})
    assert answer.status_code == 400
    assert name in answer.json()["message"]
    assert "new_name" not in _call(full, "GET", f"{collection}/{name}").json()


def test_what_a_client_got_it_may_send_back(full: Core) -> None:
    """The whole of a model, as the SDK has its fields, with one of them changed."""
    models, name = full.admin().registered_models, _SECURABLES["models"]
    read = models.get(name)
    sent = {
        field: getattr(read, field)
        for field in ("catalog_name", "schema_name", "name", "created_at", "created_by", "metastore_id", "owner")
    }
    assert models.update(name, comment="changed", **sent).comment == "changed"
    with pytest.raises(InvalidParameterValue, match=r"Field\(s\) created_by, schema_name of"):
        models.update(name, comment="again", **{**sent, "schema_name": "ops", "created_by": "eve"})
    assert models.get(name).comment == "changed"


def test_a_model_is_made_of_what_is_known(full: Core) -> None:
    """A field that nothing reads is refused; a location is kept."""
    place = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "churn"}
    answer = _call(full, "POST", "models", json={**place, "tags": [{"key": "a"}]})
    assert answer.status_code == 400
    assert "Field(s) tags are not understood" in answer.json()["message"]
    location = "abfss://models@lake.dfs.core.windows.net/churn"
    made = _call(full, "POST", "models", json={**place, "storage_location": location}).json()
    assert made["storage_location"] == location
