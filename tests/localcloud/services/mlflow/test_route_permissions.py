"""Which permission each MLflow route needs."""

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.mlflow.route_permissions import Need, read


@pytest.mark.parametrize(
    ("method", "path", "need", "level"),
    [
        ("POST", "/api/2.0/mlflow/registered-models/alias", Need.REGISTRY, "CAN_EDIT"),
        ("GET", "/api/2.0/mlflow/registered-models/alias", Need.REGISTRY, "CAN_READ"),
        ("POST", "/ajax-api/2.0/mlflow/registered-models/alias", Need.REGISTRY, "CAN_EDIT"),
        ("POST", "/ajax-api/3.0/mlflow/registered-models/alias", Need.REGISTRY, "CAN_EDIT"),
        ("POST", "/api/2.0/mlflow/model-versions/create", Need.REGISTRY, "CAN_EDIT"),
        ("POST", "/api/2.0/mlflow/unity-catalog/prompts", Need.UNITY_CATALOG, "CAN_EDIT"),
        ("POST", "/api/2.0/mlflow/runs/log-batch", Need.TRACK, "CAN_EDIT"),
        ("POST", "/api/2.0/mlflow/runs/search", Need.TRACK, "CAN_READ"),
        ("POST", "/api/2.0/mlflow/experiments/delete", Need.TRACK, "CAN_MANAGE"),
        ("GET", "/api/2.0/mlflow/logged-models/m-0a1b", Need.TRACK, "CAN_READ"),
        ("DELETE", "/api/2.0/mlflow/logged-models/m-0a1b", Need.TRACK, "CAN_EDIT"),
        ("GET", "/api/3.0/mlflow/server-info", Need.OPEN, "CAN_READ"),
        ("POST", "/api/2.0/mlflow/webhooks", Need.ADMIN, "CAN_EDIT"),
        ("POST", "/graphql", Need.ADMIN, "CAN_EDIT"),
        ("GET", "/ajax-api/3.0/jobs/1", Need.ADMIN, "CAN_READ"),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/7/x/artifacts/m", Need.TRACK, "CAN_READ"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/7/x/artifacts/m", Need.TRACK, "CAN_EDIT"),
        ("POST", "/api/2.0/mlflow-artifacts/mpu/create/7/x", Need.TRACK, "CAN_EDIT"),
    ],
)
def test_a_route_needs(method: str, path: str, need: Need, level: str) -> None:
    """The UI's routes need the same as the API's; what is not listed is the admins'."""
    call = read(method, path, [], {})
    assert (call.need, call.level) == (need, level)


def test_a_call_names_what_it_touches() -> None:
    """Every field that names a run, an experiment or a logged model counts, lists too."""
    call = read("POST", "/api/2.0/mlflow/runs/search", [], {"experiment_ids": ["1", "2"], "run_uuid": "r"})
    assert (call.experiments, call.runs) == ({"1", "2"}, {"r"})
    assert read("GET", "/api/2.0/mlflow/logged-models/m-0a", [], {}).logged_models == {"m-0a"}
    listing = read("GET", "/api/2.0/mlflow-artifacts/artifacts", [("path", "7/r/artifacts")], {})
    assert listing.experiments == {"7"}


def test_a_get_is_checked_by_its_query_alone() -> None:
    """A body beside it would be a second name that nobody checked."""
    call = read("GET", "/api/2.0/mlflow/runs/get", [("run_id", "a")], {"run_id": "b"})
    assert call.runs == {"a"}


def test_a_name_given_twice_is_no_name() -> None:
    """MLflow would take one of the two."""
    named = [("experiment_name", "a"), ("experiment_name", "b")]
    call = read("GET", "/api/2.0/mlflow/experiments/get-by-name", named, {})
    with pytest.raises(ApiError, match="needs 'experiment_name'"):
        call.text("experiment_name")


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "message"),
    [
        ("POST", "/api/2.0/mlflow/runs/update", [], {"runId": "x"}, "snake_case"),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts", [], {}, "must name one path"),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts", [("path", "1/../2")], {}, "without '..'"),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/x/../1", [], {}, "'..' is not allowed"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/other/x", [], {}, "must start with an experiment's id"),
    ],
)
def test_what_is_ambiguous_is_refused(
    method: str, path: str, query: list[tuple[str, str]], body: dict[str, str], message: str
) -> None:
    """Spellings that MLflow might read otherwise than the check did."""
    with pytest.raises(ApiError, match=message):
        read(method, path, query, body)
