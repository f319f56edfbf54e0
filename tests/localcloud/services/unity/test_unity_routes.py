"""Unity Catalog's routes that no story needs, each answered as its client expects."""

from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue, NotFound
from databricks.sdk.service import catalog as uc

from tests.localcloud.core import Core

TABLE = "prod.credit_gold.scores"
MODEL = "prod.credit_gold.risk"


def _unity(core: Core, method: str, path: str, **options: Any) -> Any:
    answer = core.call(method, f"{core.url('prod')}/api/2.1/unity-catalog/{path}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_metastore_is_listed_read_and_assigned(lake: Core) -> None:
    """Its id is the same in the list, the summary and the workspace's assignment."""
    admin = lake.admin()
    current = admin.metastores.current().metastore_id
    assert [each.metastore_id for each in admin.metastores.list()] == [current]
    assert admin.metastores.summary().metastore_id == current
    assert admin.metastores.get(str(current)).metastore_id == current
    dev = lake.cloud.workspace("dev").workspace_id
    assigned = _unity(lake, "PUT", f"workspaces/{dev}/metastore", json={"metastore_id": current})
    assert (assigned["metastore_id"], assigned["workspace_id"]) == (current, dev)


def test_a_workspace_admin_takes_the_metastore_away_and_gives_it_back(lake: Core) -> None:
    """Both by the workspace's own route."""
    dev, current = lake.cloud.workspace("dev").workspace_id, lake.admin().metastores.current().metastore_id
    assert _unity(lake, "DELETE", f"workspaces/{dev}/metastore") == {}
    assigned = _unity(lake, "PUT", f"workspaces/{dev}/metastore", json={"metastore_id": current})
    assert (assigned["metastore_id"], assigned["workspace_id"]) == (current, dev)


def test_a_credential_and_its_location_live_and_die(lake: Core) -> None:
    """Made, listed, read, changed and deleted, both of them."""
    admin = lake.admin()
    identity = uc.AzureManagedIdentityRequest(access_connector_id="/subscriptions/s/accessConnectors/lake")
    admin.storage_credentials.create("lake", azure_managed_identity=identity)
    url = "abfss://gold@lake.dfs.core.windows.net/"
    admin.external_locations.create("gold", url, "lake")
    assert [each.name for each in admin.storage_credentials.list()] == ["lake"]
    assert [each.name for each in admin.external_locations.list()] == ["gold"]
    assert admin.storage_credentials.update("lake", comment="the lake's").comment == "the lake's"
    assert admin.external_locations.update("gold", comment="features").comment == "features"
    assert admin.storage_credentials.get("lake").comment == "the lake's"
    assert admin.external_locations.get("gold").url == url
    admin.external_locations.delete("gold")
    admin.storage_credentials.delete("lake")
    with pytest.raises(NotFound):
        admin.external_locations.get("gold")


def test_bindings_are_read_in_both_forms(lake: Core) -> None:
    """The older route knows workspace ids only; the newer one says how each is bound."""
    dev = lake.cloud.workspace("dev").workspace_id
    bound = _unity(lake, "GET", "bindings/catalog/prod")["bindings"]
    assert {"workspace_id": dev, "binding_type": "BINDING_TYPE_READ_ONLY"} in bound
    prod = lake.cloud.workspace("prod").workspace_id
    _unity(lake, "PATCH", "workspace-bindings/catalogs/prod", json={"assign_workspaces": [prod]})
    assert prod in _unity(lake, "GET", "workspace-bindings/catalogs/prod")["workspaces"]


def test_tables_are_listed_found_and_changed(lake: Core) -> None:
    """A list by schema, whether one exists, and a new owner."""
    admin = lake.admin()
    assert [each.full_name for each in admin.tables.list("prod", "credit_gold")] == [TABLE]
    assert admin.tables.exists(TABLE).table_exists is True
    owner = lake.application("owner")
    _unity(lake, "PATCH", f"tables/{TABLE}", json={"owner": owner})
    assert admin.tables.get(TABLE).owner == owner
    assert [each.name for each in admin.volumes.list("prod", "credit_gold")] == ["landing"]


def test_a_volume_credential_names_its_place(lake: Core) -> None:
    """Whoever may read the volume learns where its files lie."""
    volume = lake.admin().volumes.read("prod.credit_gold.landing")
    body = {"volume_id": volume.volume_id, "operation": "READ_VOLUME"}
    assert "landing" in _unity(lake, "POST", "temporary-volume-credentials", json=body)["url"]


def test_a_primary_key_is_taken_back(lake: Core) -> None:
    """Once it is gone, another one may be set."""
    column = {"name": "client_id", "type_text": "bigint", "type_name": "LONG", "position": 0}
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "keyed", "columns": [column]}
    _unity(lake, "POST", "tables", json=body)
    key = {"primary_key_constraint": {"name": "pk", "child_columns": ["client_id"]}}
    full = {"full_name_arg": "prod.credit_gold.keyed", "constraint": key}
    _unity(lake, "POST", "constraints", json=full)
    _unity(lake, "DELETE", "constraints/prod.credit_gold.keyed", params={"constraint_name": "pk"})
    assert _unity(lake, "POST", "constraints", json=full)["primary_key_constraint"]["name"] == "pk"


def test_a_tag_and_a_policy_are_taken_back(lake: Core) -> None:
    """A mask on a tag: made, read, changed, lifted; the tag goes after it."""
    column = {"name": "limit_bal", "type_text": "double", "type_name": "DOUBLE", "position": 0}
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "tagged", "columns": [column]}
    _unity(lake, "POST", "tables", json=body)
    tag = {"entity_type": "columns", "entity_name": "prod.credit_gold.tagged.limit_bal", "tag_key": "sensitive"}
    _unity(lake, "POST", "entity-tag-assignments", json={**tag, "tag_value": "double"})
    _unity(lake, "POST", "functions", json={"function_info": _mask_function()})
    policy = {
        **{"on_securable_type": "SCHEMA", "on_securable_fullname": "prod.credit_gold", "name": "hide"},
        **{"policy_type": "POLICY_TYPE_COLUMN_MASK", "for_securable_type": "TABLE", "to_principals": ["account users"]},
        "match_columns": [{"condition": "hasTagValue('sensitive', 'double')", "alias": "value"}],
        "column_mask": {"function_name": "prod.credit_gold.hide_double", "on_column": "value"},
    }
    _unity(lake, "POST", "policies", json=policy)
    one = "policies/SCHEMA/prod.credit_gold/hide"
    assert _unity(lake, "GET", one)["to_principals"] == ["account users"]
    listed = _unity(lake, "GET", "policies/SCHEMA/prod.credit_gold")["policies"]
    assert [each["name"] for each in listed] == ["hide"]
    assert _unity(lake, "PATCH", one, json={"to_principals": ["analysts"]})["to_principals"] == ["analysts"]
    for wrong in ("policies/TABLE/prod", "policies/TABLE/prod/hide"):
        assert lake.call("GET", f"{lake.url('prod')}/api/2.1/unity-catalog/{wrong}").status_code == 400
    _unity(lake, "DELETE", one)
    _unity(lake, "DELETE", f"entity-tag-assignments/columns/{tag['entity_name']}/tags/sensitive")


def test_a_monitors_refreshes_are_listed(lake: Core) -> None:
    """Nothing refreshes a monitor locally, so the list is empty."""
    api = lake.admin().quality_monitors
    api.create(TABLE, "prod.credit_gold", "/Shared/monitor", snapshot=uc.MonitorSnapshot())
    assert not api.list_refreshes(TABLE).refreshes


def _mask_function() -> dict[str, Any]:
    return {
        **{"name": "hide_double", "catalog_name": "prod", "schema_name": "credit_gold"},
        **{"data_type": "DOUBLE", "full_data_type": "DOUBLE", "routine_body": "SQL"},
        "input_params": {"parameters": [{"name": "value", "type_name": "DOUBLE", "type_text": "double"}]},
        **{"routine_definition": "CAST(NULL AS DOUBLE)", "is_deterministic": True, "is_null_call": False},
        **{"parameter_style": "S", "security_type": "DEFINER", "specific_name": "hide_double"},
        **{"sql_data_access": "CONTAINS_SQL"},
    }


def test_tables_are_summarized_by_patterns_and_in_pages(lake: Core) -> None:
    """LIKE patterns of schemas and tables; those who may not see a table do not find it."""
    admin = lake.admin()
    admin.schemas.create("other", "prod")
    for name in ("prod.credit_gold.scored", "prod.other.scores"):
        lake.table(name)
    listed = [one.full_name for one in admin.tables.list_summaries("prod", table_name_pattern="scor_s", max_results=1)]
    assert listed == ["prod.credit_gold.scores", "prod.other.scores"]
    gold = admin.tables.list_summaries("prod", schema_name_pattern="credit%")
    assert [one.full_name for one in gold] == ["prod.credit_gold.scored", "prod.credit_gold.scores"]
    stranger = lake.application("stranger")
    lake.grant("catalog", "prod", stranger, "USE_CATALOG")
    assert list(lake.sdk("stranger").tables.list_summaries("prod")) == []


def test_a_registered_model_keeps_its_name(lake: Core) -> None:
    """A new one is refused with what to do, and nothing else of the request is done."""
    models, name = lake.admin().registered_models, MODEL
    models.create(catalog_name="prod", schema_name="credit_gold", name="risk", comment="kept")
    with pytest.raises(InvalidParameterValue, match=f"Model '{name}' keeps its name: register its versions as 'risks'"):
        models.update(name, new_name="risks", comment="changed")
    assert [(each.full_name, each.comment) for each in models.list()] == [(name, "kept")]
    assert models.update(name, comment="changed").comment == "changed"
