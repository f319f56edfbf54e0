"""The real MLflow client against the real MLflow server, through the checks of a workspace."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from databricks.sdk.errors import PermissionDenied
from mlflow.exceptions import MlflowException

from localcloud.services.mlflow.server import MlflowServer
from tests.localcloud.core import Core, leave, start
from tests.needs import starts

MODEL = "prod.credit_ops.default_risk"
EXPERIMENT = "/mlops/prod/credit-training"


class Doubler(mlflow.pyfunc.PythonModel):
    """Twice the column x."""

    def predict(self, context: object, model_input: pd.DataFrame) -> pd.Series:  # noqa: ARG002 - mlflow's signature
        """One value per row."""
        return model_input["x"] * 2


@dataclass
class Registry:
    """A cloud with MLflow, the model of the credit use case, and its three principals."""

    core: Core
    patch: pytest.MonkeyPatch
    applications: dict[str, str]

    def act_as(self, name: str, workspace: str = "prod") -> mlflow.MlflowClient:
        """Point this process's MLflow at the workspace, as a principal."""
        self.patch.setenv("MLFLOW_TRACKING_TOKEN", self.core.token(name, workspace))
        mlflow.set_tracking_uri(self.core.url(workspace))
        mlflow.set_registry_uri(self.core.url(workspace))
        return mlflow.MlflowClient()

    def permit(self, object_id: str, name: str, level: str) -> None:
        """Give a principal a level on an experiment."""
        entry = {"service_principal_name": self.applications[name], "permission_level": level}
        url = f"{self.core.url('prod')}/api/2.0/permissions/experiments/{object_id}"
        assert self.core.call("PATCH", url, json={"access_control_list": [entry]}).status_code == 200


@pytest.fixture(scope="module")
@starts("mlflow")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """One MLflow server for this module."""
    running = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def registry(server: MlflowServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Training made version 1 of a model that promotion owns and scoring may execute."""
    core = start(tmp_path_factory.mktemp("registry"))
    core.cloud.mlflow_url = server.url
    admin = core.admin()
    applications = {name: core.application(name) for name in ("training", "promotion", "scoring")}
    admin.catalogs.create("prod")
    admin.schemas.create("credit_ops", "prod")
    admin.registered_models.create(catalog_name="prod", schema_name="credit_ops", name="default_risk", comment="risk")
    admin.registered_models.update(MODEL, owner=applications["promotion"])
    for application in applications.values():
        core.grant("catalog", "prod", application, "USE_CATALOG", "USE_SCHEMA")
    core.grant("function", MODEL, applications["training"], "APPLY_TAG", "EXECUTE", "CREATE_MODEL_VERSION")
    core.grant("function", MODEL, applications["scoring"], "EXECUTE")
    admin.workspace.mkdirs("/mlops/prod")
    folder = admin.workspace.get_status("/mlops/prod").object_id
    entry = {"service_principal_name": applications["training"], "permission_level": "CAN_EDIT"}
    url = f"{core.url('prod')}/api/2.0/permissions/directories/{folder}"
    assert core.call("PUT", url, json={"access_control_list": [entry]}).status_code == 200
    with pytest.MonkeyPatch.context() as patch:
        made = Registry(core, patch, applications)
        _train(made)
        yield made
    leave(core)


def _train(registry: Registry) -> None:
    registry.act_as("training")
    mlflow.set_experiment(EXPERIMENT)
    example = pd.DataFrame({"x": [1.0, 2.0]})
    with mlflow.start_run():
        mlflow.log_metric("roc_auc", 0.8)
        logged = mlflow.pyfunc.log_model(
            name="model", python_model=Doubler(), input_example=example, pip_requirements=[]
        )
    version = mlflow.register_model(logged.model_uri, MODEL, tags={"git_commit": "abc"})
    assert version.version == "1"


def denied(call: object, *arguments: object, **options: object) -> str:
    """The message of a call that must be refused with PERMISSION_DENIED."""
    with pytest.raises(MlflowException) as raised:
        call(*arguments, **options)  # type: ignore[operator]
    assert raised.value.error_code == "PERMISSION_DENIED", str(raised.value)
    return str(raised.value)


def test_only_the_owner_moves_an_alias(registry: Registry) -> None:
    """Training is refused; promotion does it; the SDK then finds the version by the alias."""
    training = registry.act_as("training")
    message = denied(training.set_registered_model_alias, MODEL, "champion", "1")
    assert f"User is not an owner of Registered Model '{MODEL}'." in message
    assert "CREATE MODEL" in denied(training.create_registered_model, "prod.credit_ops.other")
    denied(training.delete_registered_model, MODEL)
    denied(training.delete_model_version, MODEL, "1")
    url = f"{registry.core.url('prod')}/ajax-api/2.0/mlflow/registered-models/alias"
    body = {"name": MODEL, "alias": "champion", "version": "1"}
    answer = registry.core.call("POST", url, registry.core.token("training"), json=body)
    assert answer.status_code == 403
    registry.act_as("promotion").set_registered_model_alias(MODEL, "champion", "1")
    sdk = registry.core.sdk("scoring")
    assert sdk.model_versions.get_by_alias(MODEL, "champion").version == 1
    with pytest.raises(PermissionDenied):
        sdk.registered_models.set_alias(MODEL, "champion", 1)


def test_scoring_loads_the_model_by_execute_alone(registry: Registry) -> None:
    """It has no permission on the experiment, and reads the registered artifacts only."""
    client = registry.act_as("scoring")
    model = mlflow.pyfunc.load_model(f"models:/{MODEL}/1")
    assert list(model.predict(pd.DataFrame({"x": [3.0]}))) == [6.0]
    run_id = client.get_model_version(MODEL, "1").run_id
    assert "CAN_READ" in denied(client.get_run, run_id)
    assert "CAN_EDIT" in denied(client.set_tag, run_id, "a", "b")


def test_without_execute_a_model_is_not_there(registry: Registry) -> None:
    """Neither by name nor in a search."""
    registry.core.application("stranger")
    client = registry.act_as("stranger")
    assert "USE CATALOG" in denied(client.get_model_version, MODEL, "1")
    assert list(client.search_registered_models()) == []
    assert list(client.search_model_versions(f"name='{MODEL}'")) == []
    assert list(client.search_experiments()) == []


def test_the_artifacts_of_a_registered_version_are_sealed(registry: Registry) -> None:
    """Not even who trained it changes what was gated; the run's other artifacts stay open."""
    client = registry.act_as("training")
    sealed = registry.core.cloud.store.all("sealed_artifact")[0]["artifact"]
    url = f"{registry.core.url('prod')}/api/2.0/mlflow-artifacts/artifacts/{sealed}/python_model.pkl"
    answer = registry.core.call("PUT", url, registry.core.token("training"), content=b"x")
    assert (answer.status_code, answer.json()["message"]) == (
        403,
        f"The artifacts of a registered version of '{MODEL}' cannot be changed.",
    )
    version = client.get_model_version(MODEL, "1")
    denied(client.delete_logged_model, version.source.removeprefix("models:/"))
    client.log_text(version.run_id, "more", "notes.txt")
    assert [f.path for f in client.list_artifacts(version.run_id)] == ["notes.txt"]


def test_tags_of_a_version_need_apply_tag(registry: Registry) -> None:
    """At its creation and later, also from its maker; the description is for who manages the model."""
    source = registry.act_as("training").get_model_version(MODEL, "1").source
    made = {"source": source, "model_id": source.removeprefix("models:/")}
    maker = registry.applications["maker"] = registry.core.application("maker")
    registry.core.grant("catalog", "prod", maker, "USE_CATALOG", "USE_SCHEMA")
    registry.core.grant("function", MODEL, maker, "EXECUTE", "CREATE_MODEL_VERSION")
    experiment = str(registry.act_as("training").get_experiment_by_name(EXPERIMENT).experiment_id)
    registry.permit(experiment, "maker", "CAN_READ")
    client = registry.act_as("maker")
    assert "does not have APPLY TAG on" in denied(client.create_model_version, MODEL, tags={"licence": "x"}, **made)
    version = client.create_model_version(MODEL, **made).version
    assert "does not have APPLY TAG on" in denied(client.set_model_version_tag, MODEL, version, "licence", "x")
    registry.core.grant("function", MODEL, maker, "APPLY_TAG")
    client.set_model_version_tag(MODEL, version, "licence", "internal")
    assert client.get_model_version(MODEL, version).tags == {"licence": "internal"}
    denied(client.update_model_version, MODEL, version, description="mine")


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [("a.b", "x", "Tag key 'a.b' is not allowed"), ("a", "x" * 1001, "has 1001 characters; allowed are 1000")],
    ids=["a dot", "too long"],
)
def test_a_tag_that_unity_catalog_does_not_take_is_refused(registry: Registry, key: str, value: str, why: str) -> None:
    """By its key's characters and its value's length."""
    with pytest.raises(MlflowException, match=why):
        registry.act_as("training").set_model_version_tag(MODEL, "1", key, value)


@pytest.mark.parametrize("source", ["/etc", "file:///etc", "s3://bucket/x", "mlflow-artifacts:/999/x/artifacts"])
def test_a_version_is_made_from_own_artifacts_only(registry: Registry, source: str) -> None:
    """Files of the machine, other storage and foreign experiments are refused."""
    url = f"{registry.core.url('prod')}/api/2.0/mlflow/model-versions/create"
    body = {"name": MODEL, "source": source}
    assert registry.core.call("POST", url, registry.core.token("training"), json=body).status_code in (400, 403)


def test_experiments_belong_to_a_workspace_and_to_whom_they_are_permitted(registry: Registry) -> None:
    """dev does not see prod's; CAN_READ reads and does not write; the SDK knows the id as text."""
    experiment = registry.core.admin().experiments.get_by_name(EXPERIMENT).experiment
    assert experiment is not None
    number = str(experiment.experiment_id)
    registry.core.application("reader")
    registry.applications["reader"] = registry.core.cloud.store.all("service_principal")[-1]["applicationId"]
    client = registry.act_as("reader")
    denied(client.get_experiment_by_name, EXPERIMENT)
    registry.permit(number, "reader", "CAN_READ")
    assert client.get_experiment_by_name(EXPERIMENT).experiment_id == number
    assert len(client.search_runs([number])) == 1
    assert "CAN_EDIT" in denied(client.create_run, number)
    elsewhere = registry.act_as("reader", "dev")
    denied(elsewhere.search_runs, [number])


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
    from localcloud.services.mlflow.server import MlflowServerError  # noqa: PLC0415

    (tmp_path / "mlflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(MlflowServerError, match="file is not a database"):
        MlflowServer(tmp_path).start()
