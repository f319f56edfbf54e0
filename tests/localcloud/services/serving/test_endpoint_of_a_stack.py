"""A stack of phase two: its endpoint is made with the champion, and from then on promotion owns its version."""

from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service import serving as sdk

from localcloud import loader
from localcloud.endpoint import Endpoint
from tests.localcloud.loader.stacks import counts, write_stack
from tests.localcloud.services.serving.world import MODEL, World, entity, mlflow_as, wait_for

HOST = "https://adb-7.7.azuredatabricks.net"
ALIASES = "data.databricks_registered_model.risk.model_info[0].aliases"
CHAMPION = f'${{tostring(lookup(zipmap({ALIASES}[*].alias_name, {ALIASES}[*].version_num), "champion"))}}'
DATA = {"databricks_registered_model.risk": {"full_name": MODEL, "include_aliases": True}}
TABLE = "prod.credit_gold.predictions"
MONITOR = {
    "table_name": TABLE,
    "assets_dir": "/Shared/monitor",
    "output_schema_name": "prod.credit_ops",
    "snapshot": [{}],
    "schedule": [{"quartz_cron_expression": "0 0 8 * * ?", "timezone_id": "UTC"}],
}


def _document(**tags: str) -> dict[str, Any]:
    served = {
        "name": "live",
        "entity_name": MODEL,
        "entity_version": CHAMPION,
        "workload_size": "Small",
        "scale_to_zero_enabled": True,
    }
    endpoint = {
        "name": "stacked-risk",
        "config": {"served_entities": [served]},
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
        "lifecycle": {"ignore_changes": ["config"]},
    }
    return {"databricks_model_serving.risk": endpoint, "databricks_quality_monitor.m": MONITOR}


def _load(world: World, folder: Path, resources: dict[str, Any]) -> tuple[int, int, int, int]:
    write_stack(folder, "prod-serving", resources, data=DATA, host=HOST)
    account_url = f"http://127.0.0.1:{world.cloud.account_port}"
    endpoint = Endpoint(account_url=account_url, admin_token=world.admin_token, spark_remote="", mlflow_url="", pid=0)
    return counts(loader.load(endpoint, folder, ["prod-serving"]))


def test_the_next_load_does_not_undo_a_promotion(world: World, tmp_path: Path) -> None:
    """Made with the champion's version; what promotion serves since stays, while tags go on being the stack's."""
    columns = [{"name": "probability", "type_name": "DOUBLE", "type_text": "double", "position": 0}]
    catalog, schema, name = TABLE.split(".")
    table = {"catalog_name": catalog, "schema_name": schema, "name": name, "columns": columns}
    world.post("/api/2.1/unity-catalog/tables", table).raise_for_status()
    with mlflow_as(world.url, world.admin_token):
        from mlflow import MlflowClient  # noqa: PLC0415 - after its addresses are set

        MlflowClient().set_registered_model_alias(MODEL, "champion", str(world.versions["one"]))

    assert _load(world, tmp_path, _document(team="risk")) == (2, 0, 0, 0)
    wait_for(world, "stacked-risk", "NOT_UPDATING")
    assert _version(world) == str(world.versions["one"])
    assert world.client().quality_monitors.get(TABLE).schedule.timezone_id == "UTC"  # type: ignore[union-attr]

    promoted = entity(world.versions["two"], "live")
    world.client().serving_endpoints.update_config_and_wait("stacked-risk", served_entities=[promoted])
    assert _load(world, tmp_path, _document(team="risk")) == (0, 0, 2, 0)
    assert _load(world, tmp_path, _document(owner="credit")) == (0, 1, 1, 0)
    assert _version(world) == str(world.versions["two"])
    assert _tags(world) == {"owner": "credit"}

    assert _load(world, tmp_path, {}) == (0, 0, 0, 2)
    with pytest.raises(NotFound):
        world.client().serving_endpoints.get("stacked-risk")


def _endpoint(world: World) -> sdk.ServingEndpointDetailed:
    return world.client().serving_endpoints.get("stacked-risk")


def _version(world: World) -> str:
    (served,) = _endpoint(world).as_dict()["config"]["served_entities"]
    return str(served["entity_version"])


def _tags(world: World) -> dict[str, str | None]:
    return {tag.key: tag.value for tag in _endpoint(world).tags or []}
