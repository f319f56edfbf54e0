"""Inference tables: a row per answered request, written beside the requests, and read by those alone who are let."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied, ResourceConflict
from databricks.sdk.service import catalog
from databricks.sdk.service import serving as sdk

from localcloud.services.serving import service
from localcloud.services.serving.inference import delta
from localcloud.services.serving.inference.rows import COLUMNS
from tests.localcloud.services.serving.recorded import rows_at
from tests.localcloud.services.serving.world import World, entity

ROW = {"credit_limit": 200_000.0, "age": 30}
SCHEMA_NAME = "credit_ops"


def _table(prefix: str, schema: str = SCHEMA_NAME, *, enabled: bool = True) -> sdk.AiGatewayInferenceTableConfig:
    return sdk.AiGatewayInferenceTableConfig(
        catalog_name="prod", schema_name=schema, table_name_prefix=prefix, enabled=enabled
    )


def _recording(world: World, name: str) -> None:
    """An endpoint called `name` that records in the table `prod.credit_ops.<name>_payload`."""
    config = sdk.EndpointCoreConfigInput(name=name, served_entities=[entity(world.versions["one"])])
    gateway = sdk.AiGatewayConfig(inference_table_config=_table(name))
    world.client().serving_endpoints.create_and_wait(name, config=config, ai_gateway=gateway)


def _rows(world: World, table: str) -> list[dict[str, Any]]:
    """What the table holds once all that waits is written, oldest first."""
    service.of(world.cloud).recorder.flush()
    return rows_at(Path(str(world.client().tables.get(table).storage_location)))


def _put_gateway(world: World, name: str, token: str | None = None, **gateway: Any) -> None:
    world.client(token).serving_endpoints.put_ai_gateway(name, **gateway)


def test_every_answer_is_a_row(world: World) -> None:
    """The request and the answer as they passed, who asked, which entity answered, how long it took, refusals too."""
    _recording(world, "recorded")
    began = datetime.now(UTC)
    good = world.invoke("recorded", {"dataframe_records": [ROW], "client_request_id": "case-17"})
    bad = world.invoke("recorded", {"dataframe_records": [{"age": 30}]})
    assert (good.status_code, bad.status_code) == (200, 400), (good.text, bad.text)
    first, second = _rows(world, "prod.credit_ops.recorded_payload")
    assert list(first) == [column.name for column in COLUMNS]
    assert json.loads(first["request"]) == {"dataframe_records": [ROW], "client_request_id": "case-17"}
    assert first["response"] == good.text
    assert (first["status_code"], first["client_request_id"]) == (200, "case-17")
    assert (second["status_code"], second["client_request_id"], second["response"]) == (400, None, bad.text)
    assert began <= first["request_time"] <= second["request_time"] <= datetime.now(UTC)
    assert first["request_date"] == first["request_time"].date()
    assert 0 <= first["execution_duration_ms"] <= 60_000
    assert (first["sampling_fraction"], first["logging_error_codes"]) == (1.0, [])
    assert first["requester"] == world.client().current_user.me().user_name
    shown = world.http.get(
        f"{world.url}/api/2.0/serving-endpoints/recorded", headers={"Authorization": f"Bearer {world.admin_token}"}
    ).json()
    assert first["served_entity_id"] == shown["config"]["served_entities"][0]["id"]
    assert first["databricks_request_id"] != second["databricks_request_id"]


def test_no_answer_waits_for_the_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a batch is being written, further requests are answered, and written with the next batch."""
    _recording(world, "unhurried")
    began, released, append = threading.Event(), threading.Event(), delta.append

    def held(location: Path, rows: pa.Table) -> None:
        began.set()
        assert released.wait(60)
        append(location, rows)

    monkeypatch.setattr(delta, "append", held)
    assert world.invoke("unhurried", {"dataframe_records": [ROW]}).status_code == 200
    writing = threading.Thread(target=service.of(world.cloud).recorder.flush)
    writing.start()
    try:
        assert began.wait(60)
        assert world.invoke("unhurried", {"dataframe_records": [ROW]}).status_code == 200
    finally:
        released.set()
        writing.join()
    assert len(_rows(world, "prod.credit_ops.unhurried_payload")) == 2


def test_who_made_the_endpoint_owns_the_table_and_others_do_not_read_it(world: World) -> None:
    """A caller with CAN_QUERY reads no row; with USE_SCHEMA and SELECT on the schema they do."""
    _recording(world, "owned")
    client, name = world.client(), "prod.credit_ops.owned_payload"
    table = client.tables.get(name)
    assert table.owner == client.current_user.me().user_name
    assert [column.name for column in table.columns or []] == [column.name for column in COLUMNS]
    reader = str(client.service_principals.create(display_name="requests-reader").application_id)
    body = {"table_id": table.table_id, "operation": "READ"}
    asked = "/api/2.1/unity-catalog/temporary-table-credentials"
    assert world.post(asked, body, world.token(reader)).status_code == 403
    for securable, full_name, privilege in (
        ("catalog", "prod", catalog.Privilege.USE_CATALOG),
        ("schema", "prod.credit_ops", catalog.Privilege.USE_SCHEMA),
        ("schema", "prod.credit_ops", catalog.Privilege.SELECT),
    ):
        change = catalog.PermissionsChange(principal=reader, add=[privilege])
        client.grants.update(securable, full_name, changes=[change])
    assert world.post(asked, body, world.token(reader)).status_code == 200


def test_a_table_that_is_there_is_not_taken(world: World) -> None:
    """Not by a new endpoint, which then is not made; not by one that was there, whose gateway stays as it was."""
    _recording(world, "first")
    config = sdk.EndpointCoreConfigInput(name="second", served_entities=[entity(world.versions["one"])])
    gateway = sdk.AiGatewayConfig(inference_table_config=_table("first"))
    with pytest.raises(ResourceConflict, match=r"prod\.credit_ops\.first_payload"):
        world.client().serving_endpoints.create("second", config=config, ai_gateway=gateway)
    with pytest.raises(NotFound):
        world.client().serving_endpoints.get("second")


def test_a_table_moves_only_after_it_was_disabled(world: World) -> None:
    """400 while it is enabled; the same place again changes nothing; disabled, no further row is written."""
    _recording(world, "moving")
    with pytest.raises(InvalidParameterValue, match="moved_payload while it is enabled: disable it"):
        _put_gateway(world, "moving", inference_table_config=_table("moved"))
    _put_gateway(world, "moving", inference_table_config=_table("moving"))
    world.invoke("moving", {"dataframe_records": [ROW]})
    _put_gateway(world, "moving", inference_table_config=_table("moving", enabled=False))
    world.invoke("moving", {"dataframe_records": [ROW]})
    assert len(_rows(world, "prod.credit_ops.moving_payload")) == 1
    _put_gateway(world, "moving", inference_table_config=_table("moved"))
    world.invoke("moving", {"dataframe_records": [ROW]})
    assert len(_rows(world, "prod.credit_ops.moved_payload")) == 1


def test_a_table_needs_a_place_that_the_caller_may_make_tables_in(world: World) -> None:
    """A catalog and a schema must be named, and CREATE_TABLE is needed beside managing the endpoint."""
    found = world.endpoint("placed", world.versions["one"])
    client = world.client()
    with pytest.raises(InvalidParameterValue, match="needs catalog_name and schema_name"):
        _put_gateway(world, "placed", inference_table_config=sdk.AiGatewayInferenceTableConfig(enabled=True))
    manager = str(client.service_principals.create(display_name="placed-manager").application_id)
    client.serving_endpoints.set_permissions(
        str(found.id),
        access_control_list=[
            sdk.ServingEndpointAccessControlRequest(
                service_principal_name=manager, permission_level=sdk.ServingEndpointPermissionLevel.CAN_MANAGE
            )
        ],
    )
    with pytest.raises(PermissionDenied):
        _put_gateway(world, "placed", world.token(manager), inference_table_config=_table("placed"))
    with pytest.raises(NotFound):
        client.tables.get("prod.credit_ops.placed_payload")


def test_a_dropped_table_stops_the_record_and_not_the_answers(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The log says how many requests are missing; callers notice nothing."""
    _recording(world, "dropping")
    world.client().tables.delete("prod.credit_ops.dropping_payload")
    answer: httpx.Response = world.invoke("dropping", {"dataframe_records": [ROW]})
    assert answer.status_code == 200
    service.of(world.cloud).recorder.flush()
    assert "prod.credit_ops.dropping_payload misses 1 request(s): it was dropped" in caplog.text
