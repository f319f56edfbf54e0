"""The real MLflow client against the real MLflow server, through the checks of a workspace."""

from pathlib import Path

import pytest

from tests.localcloud.core import Core
from tests.localcloud.services.mlflow.world import EXPERIMENT, Registry, denied


def test_experiments_belong_to_a_workspace_and_to_whom_they_are_permitted(registry: Registry) -> None:
    """dev does not see prod's; CAN_READ reads and does not write; the SDK knows the id as text."""
    number = registry.experiment()
    registry.core.application("reader")
    registry.applications["reader"] = registry.core.cloud.store.all("service_principal")[-1]["applicationId"]
    client = registry.act_as("reader")
    denied(client.get_experiment_by_name, EXPERIMENT)
    registry.permit(number, "reader", "CAN_READ")
    assert client.get_experiment_by_name(EXPERIMENT).experiment_id == number
    assert {run.data.metrics["roc_auc"] for run in client.search_runs([number])} == {0.8}
    assert "CAN_EDIT" in denied(client.create_run, number)
    elsewhere = registry.act_as("reader", "dev")
    denied(elsewhere.search_runs, [number])


def test_artifacts_and_the_calls_of_mlflows_own_pages_go_through(registry: Registry) -> None:
    """What a run logs is listed and read back; `/ajax-api` answers as `/api` does."""
    client = registry.act_as("training")
    run_id = client.create_run(registry.experiment()).info.run_id
    client.log_text(run_id, "hello", "note.txt")
    assert [each.path for each in client.list_artifacts(run_id)] == ["note.txt"]
    url, token = registry.core.url("prod"), registry.core.token("training")
    answer = registry.core.call("GET", f"{url}/ajax-api/2.0/mlflow/runs/get?run_id={run_id}", token)
    assert answer.json()["run"]["info"]["run_id"] == run_id


def test_routes_that_nobody_checked_are_the_admins(registry: Registry) -> None:
    """GraphQL, webhooks and the like would go past the checks."""
    url = registry.core.url("prod")
    for method, path in (("POST", "/graphql"), ("GET", "/api/2.0/mlflow/webhooks"), ("GET", "/ajax-api/2.0/x")):
        assert registry.core.call(method, f"{url}{path}", registry.core.token("training")).status_code == 403


def test_without_its_server_mlflow_answers_503(core: Core) -> None:
    """With a reason."""
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/mlflow/experiments/search?max_results=1")
    assert (answer.status_code, answer.json()["message"]) == (503, "The MLflow server is not running yet.")


@pytest.mark.mlflow
def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    """A damaged database: the error ends with what the server said."""
    from localcloud.services.mlflow.server import MlflowServer, MlflowServerError  # noqa: PLC0415

    (tmp_path / "mlflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(MlflowServerError, match="file is not a database"):
        MlflowServer(tmp_path).start()
