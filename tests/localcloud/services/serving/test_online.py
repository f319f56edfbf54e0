"""Features published by the real SDK from a real Delta table, and looked up by the endpoint."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from databricks.sdk.errors import BadRequest, NotFound, OperationFailed, PermissionDenied
from databricks.sdk.service import catalog, iam, ml
from databricks.sdk.service import serving as sdk

from localcloud.services.serving.online.rows import OnlineRows
from ml.features.publish import ensure_primary_key
from ml.features.sync import NotSyncedError, Pace, wait_for_sync
from ml.server.online import OnlineStore
from ml.usecases.credit.features import CLIENT_FEATURES
from tests.localcloud.services.serving.world import FEATURES, World, entity

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ONLINE = "prod.credit_features.client_features_online"
ENDPOINT = "looking"
# client_id, application_month, credit_limit, age. Client 2 has a newer row; client 3 has no age.
ROWS = [
    (1, date(2024, 1, 1), 100_000.0, 25),
    (2, date(2024, 1, 1), 1.0, 1),
    (2, date(2024, 3, 1), 200_000.0, 30),
    (2, date(2024, 2, 1), 2.0, 2),
    (3, date(2024, 1, 1), 300_000.0, None),
]
SCHEMA = "client_id bigint, application_month date, credit_limit double, age int"


def _write(spark: "SparkSession", world: World, rows: Sequence[tuple[object, ...]], mode: str = "overwrite") -> None:
    location = world.client().tables.get(FEATURES).storage_location
    spark.createDataFrame(rows, SCHEMA).write.format("delta").mode(mode).save(location)


def _publish(
    world: World, token: str | None = None, target: str = ONLINE, mode: str = "SNAPSHOT"
) -> ml.PublishTableResponse:
    spec = ml.PublishSpec(
        online_store="features", online_table_name=target, publish_mode=ml.PublishSpecPublishMode(mode)
    )
    asked = datetime.now(UTC)
    client = world.client(token)
    answer = client.feature_store.publish_table(FEATURES, spec)
    wait_for_sync(client, str(answer.pipeline_id), asked, Pace(first_poll_s=0.02, longest_poll_s=0.1))
    return answer


@pytest.fixture(scope="module")
def looking(world: World, spark: "SparkSession", spark_remote: str) -> Iterator[World]:
    """The feature table with its primary key, published, and an endpoint whose model looks it up."""
    world.cloud.spark_remote = spark_remote
    names = [column.split() for column in SCHEMA.split(", ")]
    columns = [{"name": n, "type_text": t, "position": i} for i, (n, t) in enumerate(names)]
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "client_features", "columns": columns}
    assert world.post("/api/2.1/unity-catalog/tables", body).status_code == 200
    _write(spark, world, ROWS)
    client = world.client()
    client.feature_store.create_online_store(ml.OnlineStore(name="features", capacity="CU_1"))
    with pytest.raises(BadRequest, match="has no primary key"):
        _publish(world)
    for _ in range(2):
        ensure_primary_key(client, FEATURES, CLIENT_FEATURES)
    assert _publish(world).online_table_name == ONLINE
    world.endpoint(ENDPOINT, world.versions["looking"])
    yield world
    world.cloud.spark_remote = ""


def _ask(world: World, *rows: Mapping[str, object]) -> httpx.Response:
    return world.invoke(ENDPOINT, {"dataframe_records": list(rows)})


def test_a_request_with_only_the_key_is_answered_from_published_features(looking: World) -> None:
    """The newest row of each key is read: 0.43 - 0.2 for client 2's limit of 200,000 at age 30."""
    answer = _ask(looking, {"client_id": 2}, {"client_id": 1}, {"client_id": 2.0})
    assert answer.json() == {"predictions": [{"probability": pytest.approx(v)} for v in (0.23, 0.125, 0.23)]}


def test_values_in_the_request_win_over_published_ones(looking: World) -> None:
    """A request may bring some features, or all; a null is none, so it is looked up. Its key may then be unknown."""
    assert _ask(looking, {"client_id": 2, "age": 50}).json()["predictions"] == [{"probability": pytest.approx(0.25)}]
    assert _ask(looking, {"client_id": 2, "age": None}).json()["predictions"] == [{"probability": pytest.approx(0.23)}]
    brought = {"client_id": 99, "credit_limit": 1e6, "age": 0}
    assert _ask(looking, brought).json()["predictions"] == [{"probability": pytest.approx(1.0)}]


def test_an_unknown_key_gets_the_declared_default(looking: World) -> None:
    """Nothing is known of client 99: its age is the specification's default of 40, its limit what the request says."""
    looking.endpoint("defaulting", looking.versions["defaulting"])
    for client, expected in ((99, 1.04), (3, 1.04), (2, 1.03)):
        answer = looking.invoke("defaulting", {"dataframe_records": [{"client_id": client, "credit_limit": 1e6}]})
        assert answer.json()["predictions"] == [{"probability": pytest.approx(expected)}], client
    refused = looking.invoke("defaulting", {"dataframe_records": [{"client_id": 99}]})
    assert refused.status_code == 400


def test_a_plain_model_looks_nothing_up(looking: World) -> None:
    """Whatever its metadata promise: asked by key alone, a model that is not packed for look-up refuses, with 400."""
    looking.endpoint("promising", looking.versions["promising"])
    answer = looking.invoke("promising", {"dataframe_records": [{"client_id": 2}]})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "BAD_REQUEST")
    assert "credit_limit" in answer.json()["message"]


def test_published_values_are_those_of_the_offline_table(looking: World, spark: "SparkSession") -> None:
    """For every client, the newest offline row equals the published one, column by column."""
    location = looking.client().tables.get(FEATURES).storage_location
    newest = {}
    for row in spark.sql(f"SELECT * FROM delta.`{location}` ORDER BY application_month").collect():
        newest[str(row["client_id"])] = row.asDict() | {"application_month": row["application_month"].isoformat()}
    assert OnlineStore(looking.home / "online.db").read(ONLINE, ["1", "2", "3"]) == newest


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"age": 30}, "Row 0 has no client_id, by which features are looked up; given: age"),
        ({"credit_limit": 1.0, "age": 30}, "Row 0 has no client_id"),
        ({"client_id": None}, "has no client_id"),
        ({"client_id": "2"}, "'client_id' must be a whole number; given: '2'"),
        ({"client_id": 2.5}, "must be a whole number; given: 2.5"),
        ({"client_id": True}, "must be a whole number; given: True"),
        ({"client_id": 3}, "age"),
        ({"client_id": 99}, "age"),
        ({"client_id": 2, "credit_limit": "much"}, "credit_limit"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(looking: World, row: dict[str, object], said: str) -> None:
    """A key that is absent or of the wrong type: 400. A null, published or of an unknown key, the model judges."""
    answer = _ask(looking, row)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "BAD_REQUEST")
    assert re.search(said, answer.json()["message"]), answer.json()["message"]
    assert "200000" not in answer.text, "published features must not leak into messages"


def test_publishing_again_brings_new_rows_and_is_idempotent(looking: World, spark: "SparkSession") -> None:
    """An unchanged table is not read again; a changed one is, and rows that are gone are gone online."""

    def published() -> dict[str, object]:
        url = f"{looking.url}/api/2.0/feature-store/online-tables/{ONLINE}"
        found: dict[str, object] = looking.http.get(
            url, headers={"Authorization": f"Bearer {looking.admin_token}"}
        ).json()
        return {field: found[field] for field in ("source_version", "rows", "key", "pipeline_id")}

    before = published()
    assert (before["source_version"], before["rows"], before["key"]) == (0, 3, "client_id")
    _publish(looking)
    assert published() == before
    try:
        _write(spark, looking, [(2, date(2024, 4, 1), 500_000.0, 40)])
        _publish(looking)
        assert published() == before | {"source_version": 1, "rows": 1}
        assert _ask(looking, {"client_id": 2}).json()["predictions"] == [{"probability": pytest.approx(0.54)}]
        assert _ask(looking, {"client_id": 1}).status_code == 400
    finally:
        _write(spark, looking, ROWS)
        _publish(looking)


def test_triggered_copies_only_the_keys_that_changed_and_needs_the_change_data_feed(
    looking: World, spark: "SparkSession"
) -> None:
    """Without the feed the update fails and says what to set; with it, changed, new and removed keys are copied."""
    other = "prod.credit_features.by_difference"
    location = looking.client().tables.get(FEATURES).storage_location
    relation, online = f"delta.`{location}`", looking.home / "online.db"

    def published() -> tuple[object, ...]:
        url = f"{looking.url}/api/2.0/feature-store/online-tables/{other}"
        found = looking.http.get(url, headers={"Authorization": f"Bearer {looking.admin_token}"}).json()
        limits = [
            OnlineStore(online).read(other, [key]).get(key, {}).get("credit_limit") for key in ("1", "2", "3", "4")
        ]
        return found["copied"], found["rows"], limits

    with pytest.raises(NotSyncedError, match="ended FAILED"):
        _publish(looking, target=other, mode="TRIGGERED")
    pipelines = [p for p in looking.cloud.store.all("sync_pipeline") if p["online_table"] == other]
    assert "set its property delta.enableChangeDataFeed to true" in pipelines[0]["cause"]
    spark.sql(f"ALTER TABLE {relation} SET TBLPROPERTIES (delta.enableChangeDataFeed = true)").collect()
    try:
        _publish(looking, target=other, mode="TRIGGERED")
        assert published() == ("all", 3, [100_000.0, 200_000.0, 300_000.0, None])
        # A row that nothing but a full copy would put back: what did not change is not copied.
        OnlineRows(online).change(other, [("1", {"credit_limit": -1.0})])
        spark.sql(f"DELETE FROM {relation} WHERE client_id = 3 OR application_month = '2024-03-01'").collect()
        spark.sql(f"INSERT INTO {relation} VALUES (4, DATE '2024-01-01', 400000, 50)").collect()
        _publish(looking, target=other, mode="TRIGGERED")
        assert published() == ("changes", 3, [-1.0, 2.0, None, 400_000.0])
    finally:
        looking.client().feature_store.delete_online_table(other)
        spark.sql(f"ALTER TABLE {relation} SET TBLPROPERTIES (delta.enableChangeDataFeed = false)").collect()
        _write(spark, looking, ROWS)
        _publish(looking)


def test_an_update_can_be_started_by_its_owner(looking: World) -> None:
    """The pipeline copies once more; another principal does not even see it."""
    client = looking.client()
    pipeline_id = str(_publish(looking).pipeline_id)
    update_id = client.pipelines.start_update(pipeline_id).update_id
    updates = client.pipelines.get(pipeline_id).latest_updates or []
    assert updates[0].update_id == update_id
    wait_for_sync(client, pipeline_id, datetime.now(UTC), Pace(first_poll_s=0.02))
    stranger = looking.client(looking.token(str(client.service_principals.create(display_name="s").application_id)))
    with pytest.raises(PermissionDenied, match="CAN VIEW permissions on pipeline"):
        stranger.pipelines.get(pipeline_id)


def test_publishing_needs_select_on_the_source_and_a_place_to_publish_to(looking: World) -> None:
    """The caller's own privileges decide: CAN_USE on the store, SELECT on the source, CREATE_TABLE there."""
    client = looking.client()
    publisher = client.service_principals.create(display_name="publisher")
    name = str(publisher.application_id)
    token = looking.token(name)

    def grant(kind: str, full_name: str, privilege: catalog.Privilege) -> None:
        client.grants.update(kind, full_name, changes=[catalog.PermissionsChange(principal=name, add=[privilege])])

    with pytest.raises(PermissionDenied, match="CAN_USE permissions on database-instances"):
        _publish(looking, token)
    entry = iam.AccessControlRequest(service_principal_name=name, permission_level=iam.PermissionLevel.CAN_USE)
    client.permissions.update("database-instances", "features", access_control_list=[entry])
    grant("catalog", "prod", catalog.Privilege.USE_CATALOG)
    grant("schema", "prod.credit_gold", catalog.Privilege.USE_SCHEMA)
    grant("schema", "prod.credit_features", catalog.Privilege.USE_SCHEMA)
    with pytest.raises(PermissionDenied, match="SELECT"):
        _publish(looking, token)
    grant("table", FEATURES, catalog.Privilege.SELECT)
    with pytest.raises(PermissionDenied, match="Online Table"):
        _publish(looking, token)
    other = "prod.credit_features.mine"
    with pytest.raises(PermissionDenied, match="CREATE TABLE"):
        _publish(looking, token, other)
    grant("schema", "prod.credit_features", catalog.Privilege.CREATE_TABLE)
    assert _publish(looking, token, other).online_table_name == other
    looking.client(token).feature_store.delete_online_table(other)
    with pytest.raises(NotFound):
        looking.client(token).feature_store.delete_online_table(other)


def test_features_are_served_without_a_model(looking: World) -> None:
    """A specification, as Databricks' client asks for it, and an endpoint over it: defaults, nulls."""
    client, name, specs = looking.client(), "prod.credit_features.of_clients", "/api/2.0/feature-store/feature-spec"
    look_up = {
        "table_name": FEATURES,
        "lookup_keys": ["client_id"],
        "timestamp_lookup_keys": ["application_month"],
        "feature_names": ["credit_limit", "age"],
        "default_values": [{"feature_name": "age", "default_value": "40"}],
        "rename_outputs": [{"feature_name": "credit_limit", "output_name": "limit"}],
    }
    body = {"name": name, "features": [{"feature_lookup": look_up}], "exclude_columns": []}
    assert looking.post(f"{specs}/create", body).json()["feature_spec_info"]["name"] == name
    assert looking.post(f"{specs}/create", body).status_code == 409
    shown: Any = client.api_client.do("GET", f"/api/2.1/unity-catalog/functions/{name}")
    assert shown["securable_kind"] == "FUNCTION_FEATURE_SPEC"
    served = [sdk.ServedEntityInput(entity_name=name, workload_size="Small", scale_to_zero_enabled=True)]
    config = sdk.EndpointCoreConfigInput(name="features", served_entities=served)
    client.serving_endpoints.create_and_wait("features", config=config)
    answer = client.serving_endpoints.query("features", dataframe_records=[{"client_id": 2}, {"client_id": 99}])
    assert answer.outputs == [
        {"client_id": 2, "limit": 200_000.0, "age": 30},
        {"client_id": 99, "limit": None, "age": 40},
    ]
    refused = looking.invoke("features", {"dataframe_records": [{"age": 3}]})
    assert (refused.status_code, refused.json()["error_code"]) == (400, "BAD_REQUEST")
    client.serving_endpoints.delete("features")
    client.api_client.do("DELETE", f"{specs}/{name}")
    with pytest.raises(NotFound, match="is not a feature specification: name the version"):
        client.serving_endpoints.create("features", config=config)


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        ({"feature_function": {"udf_name": "prod.x.f", "output_name": "o"}}, "Only feature_lookup is served locally"),
        ({"feature_lookup": {"table_name": FEATURES, "lookup_keys": ["k"], "feature_names": ["x"]}}, "has no column x"),
        (
            {"feature_lookup": {"table_name": FEATURES, "lookup_keys": [{}]}},
            "lookup_keys is '[{}]': give a list of texts",
        ),
        ({"feature_lookup": "client_id"}, "features[0].feature_lookup is 'client_id': give an object"),
    ],
)
def test_a_specification_that_cannot_be_served_is_refused(looking: World, feature: object, said: str) -> None:
    """Functions, columns that are not there, and what has another shape."""
    body = {"name": "prod.credit_features.wrong", "features": [feature]}
    answer = looking.post("/api/2.0/feature-store/feature-spec/create", body)
    assert (answer.status_code, said in answer.json()["message"]) == (400, True)


def test_an_endpoint_over_features_that_nobody_published_says_so(looking: World) -> None:
    """404 that names the table, once the online table is deleted; requests that bring all features still work.

    No update of the endpoint succeeds until the table is published.
    """
    client = looking.client()
    client.feature_store.delete_online_table(ONLINE)
    try:
        answer = _ask(looking, {"client_id": 2})
        assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
        assert f"'{FEATURES}' are not published online" in answer.json()["message"]
        assert _ask(looking, {"client_id": 2, "credit_limit": 0.0, "age": 1}).status_code == 200
        again = [entity(looking.versions["looking"])]
        with pytest.raises(OperationFailed):
            client.serving_endpoints.update_config_and_wait(ENDPOINT, served_entities=again)
        pending = client.serving_endpoints.get(ENDPOINT).pending_config
        assert pending is not None
        assert f"{FEATURES} are not published online" in str(pending.served_entities)
    finally:
        _publish(looking)
