"""Endpoints through the real SDK: created, queried, switched, split, refused."""

import threading
from collections import Counter

import pytest
from databricks.sdk.errors import (
    BadRequest,
    NotFound,
    OperationFailed,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceConflict,
)
from databricks.sdk.service import catalog
from databricks.sdk.service import serving as sdk

from tests.localcloud.services.serving.world import MODEL, World, entity, wait_for

ROW = {"credit_limit": 200_000.0, "age": 30}
ONE, TWO = pytest.approx(0.23), pytest.approx(0.43)


def _probability(world: World, endpoint: str, token: str | None = None) -> float:
    answer = world.invoke(endpoint, {"dataframe_records": [ROW]}, token)
    assert answer.status_code == 200, answer.text
    return float(answer.json()["predictions"][0]["probability"])


def test_an_endpoint_that_the_sdk_creates_and_waits_for_answers_its_query(world: World) -> None:
    """`create_and_wait` ends READY, and `query` gives the real model's prediction and who made it."""
    created = world.endpoint("created", world.versions["one"])
    assert created.state
    assert created.state.ready == sdk.EndpointStateReady.READY
    assert created.config
    assert created.config.served_entities
    assert created.config.served_entities[0].state == sdk.ServedModelState(
        deployment=sdk.ServedModelStateDeployment.DEPLOYMENT_READY, deployment_state_message=""
    )
    answer = world.client().serving_endpoints.query("created", dataframe_records=[ROW])
    assert answer.predictions == [{"probability": ONE}]
    assert answer.served_model_name == "risk"


def test_every_documented_format_gives_the_same_prediction(world: World) -> None:
    """Records, split, columnar inputs and instances are four spellings of one row."""
    world.endpoint("formats", world.versions["one"])
    bodies = [
        {"dataframe_records": [ROW]},
        {"dataframe_split": {"columns": ["credit_limit", "age"], "data": [[200_000.0, 30]]}},
        {"inputs": {"credit_limit": [200_000.0], "age": [30]}},
        {"instances": [ROW]},
    ]
    found = [world.invoke("formats", body).json() for body in bodies]
    assert found == [{"predictions": [{"probability": ONE}]}] * 4


def test_an_update_switches_the_version_and_drops_no_request(world: World) -> None:
    """While the version is switched, every request is answered, by the old version or by the new one."""
    world.endpoint("switching", world.versions["one"])
    answers: list[float] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            answers.append(_probability(world, "switching"))

    asking = threading.Thread(target=ask)
    asking.start()
    updated = world.client().serving_endpoints.update_config_and_wait(
        "switching", served_entities=[entity(world.versions["two"])]
    )
    while len(answers) < 5 or answers[-1] != TWO:
        pass
    stop.set()
    asking.join()
    assert updated.config
    assert (updated.config.config_version, updated.pending_config) == (2, None)
    assert answers == [answer for answer in answers if answer in (ONE, TWO)]
    assert sorted(answers) == answers, "an old answer came after a new one"


def test_a_version_that_cannot_load_leaves_the_old_one_answering(world: World) -> None:
    """UPDATE_FAILED with the reason, the SDK raises, the old version answers, and a later update works."""
    world.endpoint("failing", world.versions["one"])
    client = world.client()
    with pytest.raises(OperationFailed, match="UPDATE_FAILED"):
        client.serving_endpoints.update_config_and_wait("failing", served_entities=[entity(world.versions["broken"])])
    found = client.serving_endpoints.get("failing")
    assert found.state == sdk.EndpointState(
        config_update=sdk.EndpointStateConfigUpdate.UPDATE_FAILED, ready=sdk.EndpointStateReady.READY
    )
    assert found.pending_config
    assert found.pending_config.served_entities
    state = found.pending_config.served_entities[0].state
    assert state
    assert state.deployment == sdk.ServedModelStateDeployment.DEPLOYMENT_FAILED
    assert "RuntimeError: the weights are damaged" in str(state.deployment_state_message)
    assert _probability(world, "failing") == ONE
    client.serving_endpoints.update_config_and_wait("failing", served_entities=[entity(world.versions["two"])])
    assert _probability(world, "failing") == TWO


def test_an_endpoint_whose_first_version_fails_is_not_ready(world: World) -> None:
    """Created, but with nothing to answer: 503, never a stack trace."""
    config = sdk.EndpointCoreConfigInput(name="stillborn", served_entities=[entity(world.versions["broken"])])
    world.client().serving_endpoints.create("stillborn", config=config)
    found = wait_for(world, "stillborn", "UPDATE_FAILED")
    assert found.state
    assert found.state.ready == sdk.EndpointStateReady.NOT_READY
    answer = world.invoke("stillborn", {"dataframe_records": [ROW]})
    assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")


def test_a_second_update_waits_for_the_first(world: World) -> None:
    """An update while one is under way is refused with 409 RESOURCE_CONFLICT."""
    world.endpoint("busy", world.versions["one"])
    client = world.client()
    client.serving_endpoints.update_config("busy", served_entities=[entity(world.versions["two"])])
    with pytest.raises(ResourceConflict, match="being updated"):
        client.serving_endpoints.update_config("busy", served_entities=[entity(world.versions["one"])])
    assert wait_for(world, "busy", "NOT_UPDATING").config


def test_traffic_is_split_by_the_routes(world: World) -> None:
    """30 % and 70 % of 200 requests go to the two versions, within four standard deviations; a route can be named."""
    routes = [
        sdk.Route(served_model_name="old", traffic_percentage=30),
        sdk.Route(served_model_name="new", traffic_percentage=70),
    ]
    entities = [entity(world.versions["one"], "old"), entity(world.versions["two"], "new")]
    config = sdk.EndpointCoreConfigInput(
        name="split", served_entities=entities, traffic_config=sdk.TrafficConfig(routes=routes)
    )
    world.client().serving_endpoints.create_and_wait("split", config=config)
    answers = [world.invoke("split", {"dataframe_records": [ROW]}) for _ in range(200)]
    served = Counter(answer.headers["served-model-name"] for answer in answers)
    assert 34 <= served["old"] <= 86
    assert served["old"] + served["new"] == 200
    expected = {"old": ONE, "new": TWO}
    for answer in answers:
        assert answer.json()["predictions"] == [{"probability": expected[answer.headers["served-model-name"]]}]
    chosen = world.post("/serving-endpoints/split/served-models/old/invocations", {"dataframe_records": [ROW]})
    assert chosen.json()["predictions"] == [{"probability": ONE}]


def test_only_those_with_can_query_may_ask_and_only_managers_may_change(world: World) -> None:
    """A group member with CAN_QUERY asks; without, 403; changing needs CAN_MANAGE; the creator has it."""
    client = world.client()
    asker = client.service_principals.create(display_name="asker")
    other = client.service_principals.create(display_name="other")
    endpoint = world.endpoint("guarded", world.versions["one"])
    client.serving_endpoints.set_permissions(
        str(endpoint.id),
        access_control_list=[
            sdk.ServingEndpointAccessControlRequest(
                service_principal_name=asker.application_id,
                permission_level=sdk.ServingEndpointPermissionLevel.CAN_QUERY,
            )
        ],
    )
    asking, outside = world.token(str(asker.application_id)), world.token(str(other.application_id))
    assert _probability(world, "guarded", asking) == ONE
    refused = world.invoke("guarded", {"dataframe_records": [ROW]}, outside)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "PERMISSION_DENIED")
    with pytest.raises(PermissionDenied, match="CAN_MANAGE"):
        world.client(asking).serving_endpoints.update_config("guarded", served_entities=[entity(world.versions["two"])])
    with pytest.raises(PermissionDenied, match="CAN_VIEW"):
        world.client(outside).serving_endpoints.get("guarded")
    assert [e.name for e in world.client(outside).serving_endpoints.list()] == []
    assert world.client(asking).serving_endpoints.get("guarded").permission_level == (
        sdk.ServingEndpointDetailedPermissionLevel.CAN_QUERY
    )


def test_serving_a_model_needs_execute_on_it(world: World) -> None:
    """A principal without EXECUTE cannot make an endpoint read the model for it; with it, it can and manages it."""
    client = world.client()
    maker = client.service_principals.create(display_name="maker")
    name = str(maker.application_id)
    for kind, full_name, privilege in (
        ("catalog", "prod", catalog.Privilege.USE_CATALOG),
        ("schema", "prod.credit_ops", catalog.Privilege.USE_SCHEMA),
    ):
        change = catalog.PermissionsChange(principal=name, add=[privilege])
        client.grants.update(kind, full_name, changes=[change])
    theirs = world.client(world.token(name))
    config = sdk.EndpointCoreConfigInput(name="theirs", served_entities=[entity(world.versions["one"])])
    with pytest.raises(PermissionDenied, match="EXECUTE"):
        theirs.serving_endpoints.create("theirs", config=config)
    change = catalog.PermissionsChange(principal=name, add=[catalog.Privilege.EXECUTE])
    client.grants.update("function", MODEL, changes=[change])
    theirs.serving_endpoints.create_and_wait("theirs", config=config)
    theirs.serving_endpoints.delete("theirs")
    with pytest.raises(NotFound):
        theirs.serving_endpoints.get("theirs")


def test_what_cannot_be_served_is_refused_when_it_is_configured(world: World) -> None:
    """Unknown versions, doubled names, traffic that does not add up, the old inference tables, names taken twice."""
    client = world.client()
    world.endpoint("taken", world.versions["one"])

    def create(name: str, *entities: sdk.ServedEntityInput, routes: list[sdk.Route] | None = None) -> None:
        traffic = sdk.TrafficConfig(routes=routes) if routes else None
        config = sdk.EndpointCoreConfigInput(name=name, served_entities=list(entities), traffic_config=traffic)
        client.serving_endpoints.create(name, config=config)

    good = entity(world.versions["one"])
    with pytest.raises(NotFound, match="has no version 99"):
        create("a", entity(99))
    with pytest.raises(BadRequest, match="used twice"):
        create("a", good, good)
    with pytest.raises(BadRequest, match="add up to 90"):
        create("a", good, routes=[sdk.Route(served_model_name="risk", traffic_percentage=90)])
    with pytest.raises(BadRequest, match="names 'ghost'"):
        create("a", good, routes=[sdk.Route(served_model_name="ghost", traffic_percentage=100)])
    with pytest.raises(BadRequest, match="traffic_config is needed"):
        create("a", good, entity(world.versions["two"], "two"))
    with pytest.raises(BadRequest, match="not allowed"):
        create("a/b", good)
    with pytest.raises(ResourceAlreadyExists, match="taken"):
        create("taken", good)
    recorded = sdk.AutoCaptureConfigInput(enabled=True, catalog_name="prod", schema_name="credit_ops")
    old_table = sdk.EndpointCoreConfigInput(name="a", served_entities=[good], auto_capture_config=recorded)
    with pytest.raises(BadRequest, match="use ai_gateway"):
        client.serving_endpoints.create("a", config=old_table)
    assert "a" not in [e.name for e in client.serving_endpoints.list()]


def test_tags_are_added_and_deleted(world: World) -> None:
    """`patch` adds tags, replaces those of the same key and deletes by key."""
    world.endpoint("tagged", world.versions["one"])
    api = world.client().serving_endpoints
    api.patch("tagged", add_tags=[sdk.EndpointTag("owner", "risk"), sdk.EndpointTag("stage", "old")])
    found = api.patch("tagged", add_tags=[sdk.EndpointTag("stage", "new")], delete_tags=["owner"])
    assert found.tags == [sdk.EndpointTag("stage", "new")]
    assert api.get("tagged").tags == [sdk.EndpointTag("stage", "new")]


def test_a_secret_reaches_the_model_and_is_never_shown(world: World) -> None:
    """A reference is kept as it is; the process gets the value; one that may not read the secret is refused."""
    client = world.client()
    client.secrets.create_scope("serving")
    client.secrets.put_secret("serving", "key", string_value="wrong")
    served = entity(world.versions["one"])
    served.environment_vars = {"WEIGHTS_KEY": "{{secrets/serving/key}}"}
    config = sdk.EndpointCoreConfigInput(name="secretive", served_entities=[served])
    client.serving_endpoints.create("secretive", config=config)
    refused = wait_for(world, "secretive", "UPDATE_FAILED")
    assert refused.pending_config
    assert refused.pending_config.served_entities
    assert refused.pending_config.served_entities[0].environment_vars == served.environment_vars
    client.secrets.put_secret("serving", "key", string_value="right")
    client.serving_endpoints.update_config_and_wait("secretive", served_entities=[served])
    assert _probability(world, "secretive") == ONE
    served.environment_vars = {"WEIGHTS_KEY": "{{secrets/serving/other}}"}
    with pytest.raises(NotFound, match="other"):
        client.serving_endpoints.update_config("secretive", served_entities=[served])
