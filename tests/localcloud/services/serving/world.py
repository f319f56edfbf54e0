"""What the tests of serving run against, and the models they serve."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import mlflow
import yaml
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving as sdk
from mlflow.models import ModelSignature
from mlflow.store._unity_catalog.registry import rest_store
from mlflow.types import ColSpec, Schema

from localcloud import app
from localcloud.kernel import identity, loopback
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.listeners import Listeners
from localcloud.kernel.store import Store
from localcloud.services.jobs import runtime_mlflow
from localcloud.services.jobs.workers import Workers
from localcloud.services.mlflow.server import MlflowServer
from localcloud.services.serving import service

MODEL = "prod.credit_ops.risk"
FEATURES = "prod.credit_gold.client_features"
# A model whose answer tells what it was given: probability = factor * limit / 1,000,000 + age / 1,000.
CODE = """
import mlflow, os, pandas as pd

class Risk(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        if {broken} or os.environ.get("WEIGHTS_KEY") == "wrong":
            raise RuntimeError("the weights are damaged")

    def predict(self, context, model_input, params=None):
        if model_input["age"].isna().any():
            raise ValueError("features ['age'] hold nulls")
        value = {factor} * model_input["credit_limit"] / 1e6 + model_input["age"] / 1e3
        return pd.DataFrame({{"probability": value}})

mlflow.models.set_model(Risk())
"""


@dataclass
class World:
    """A running local cloud with workspace `prod`, and how to talk to it."""

    home: Path
    cloud: Cloud
    listeners: Listeners
    admin_token: str
    versions: dict[str, int] = field(default_factory=dict)
    http: httpx.Client = field(default_factory=lambda: loopback.client(timeout=60))

    @property
    def url(self) -> str:
        """The workspace's URL."""
        return self.cloud.workspace("prod").url

    def client(self, token: str | None = None) -> WorkspaceClient:
        """The real SDK, as the admin or as the bearer of `token`."""
        return WorkspaceClient(host=self.url, token=token or self.admin_token)

    def token(self, principal: str) -> str:
        """A token to act as `principal` on the workspace."""
        return identity.mint(self.cloud, principal, "prod", 3600)

    def post(self, path: str, body: object, token: str | None = None) -> httpx.Response:
        """One request with a JSON body."""
        headers = {"Authorization": f"Bearer {token or self.admin_token}"}
        return self.http.post(self.url + path, json=body, headers=headers)

    def invoke(self, endpoint: str, body: object, token: str | None = None) -> httpx.Response:
        """One scoring request."""
        return self.post(f"/serving-endpoints/{endpoint}/invocations", body, token)

    def log_models(self, *names: str) -> None:
        """Versions of `MODEL`, or only those called `names`.

        Plain ones with factors 1 and 2, one that does not load, two that are packed for feature look-up (the second
        with a default age of 40), and one that only says in its metadata that features are looked up.
        """
        workspace = self.client()
        workspace.catalogs.create(name="prod")
        for name in ("credit_ops", "credit_gold", "credit_features"):
            workspace.schemas.create(name=name, catalog_name="prod")
        kinds: dict[str, dict[str, Any]] = {
            "one": {"factor": 1},
            "two": {"factor": 2},
            "broken": {"factor": 1, "broken": True},
            "looking": {"factor": 1, "spec": specification()},
            "defaulting": {"factor": 1, "spec": specification(age="40")},
            "promising": {"factor": 1, "metadata": {"feature_lookups": [{"table": FEATURES, "key": "client_id"}]}},
        }
        with mlflow_as(self.url, self.admin_token):
            workspace.workspace.mkdirs("/mlops/prod")
            mlflow.set_experiment("/mlops/prod/credit-training")
            for name in names or kinds:
                self.versions[name] = log_version(**kinds[name])

    def endpoint(self, name: str, version: int, served: str = "risk") -> sdk.ServingEndpointDetailed:
        """An endpoint that serves one version, ready."""
        config = sdk.EndpointCoreConfigInput(name=name, served_entities=[entity(version, served)])
        return self.client().serving_endpoints.create_and_wait(name, config=config)


def entity(version: int, name: str = "risk") -> sdk.ServedEntityInput:
    """A served entity of `MODEL`."""
    return sdk.ServedEntityInput(
        entity_name=MODEL, entity_version=str(version), name=name, workload_size="Small", scale_to_zero_enabled=False
    )


@contextmanager
def mlflow_as(url: str, token: str) -> Iterator[None]:
    """MLflow's client against a workspace as a task has it: models are Unity Catalog's, packed ones too."""
    previous = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    held = {"DATABRICKS_HOST": url, "DATABRICKS_TOKEN": token, "MLFLOW_TRACKING_TOKEN": token}
    packed = mock.patch.object(rest_store, "get_feature_dependencies", runtime_mlflow.feature_dependencies)
    with mock.patch.dict(os.environ, held), packed:
        mlflow.set_tracking_uri(url)
        mlflow.set_registry_uri("databricks-uc")
        try:
            yield
        finally:
            mlflow.set_tracking_uri(previous[0])
            mlflow.set_registry_uri(previous[1])


@contextmanager
def open_mlflow(home: Path) -> Iterator[MlflowServer]:
    """A running MLflow server."""
    server = MlflowServer(home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def open_world(home: Path, server: MlflowServer) -> Iterator[World]:
    """Start everything else; what `home` holds from before is found again."""
    cloud = Cloud(home=home, store=Store(home / "state.db"), mlflow_url=server.url)
    workers = Workers(home)
    workers.launch()
    listeners = app.serve(cloud)
    try:
        workers.wait_ready()
        cloud.parts["workers"] = workers
        token = identity.ensure_admin(cloud)
        url = f"http://127.0.0.1:{cloud.account_port}/local/workspaces"
        body = {"name": "prod", "host": "https://adb-7.7.azuredatabricks.net"}
        loopback.request("POST", url, json=body, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        yield World(home=home, cloud=cloud, listeners=listeners, admin_token=token)
    finally:
        if "serving" in cloud.parts:
            service.of(cloud).stop()
        listeners.close()
        workers.stop()
        cloud.store.close()


def wait_for(world: World, endpoint: str, state: str, timeout_s: float = 60) -> sdk.ServingEndpointDetailed:
    """Poll until the endpoint's `config_update` is `state`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = world.client().serving_endpoints.get(endpoint)
        if found.state and found.state.config_update and found.state.config_update.value == state:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{endpoint} did not become {state}")


def specification(**defaults: str) -> dict[str, Any]:
    """The `feature_spec.yaml` of a model that takes `credit_limit` and `age` of the client that a request names."""

    def looked_up(place: int, name: str, data_type: str) -> dict[str, Any]:
        default = {"default_value": defaults[name]} if name in defaults else {}
        found = {"table_name": FEATURES, "feature_name": name, "lookup_key": ["client_id"], **default}
        return {name: {**found, "data_type": data_type, "topological_ordering": place, "source": "feature_store"}}

    key = {"data_type": "bigint", "include": False, "topological_ordering": 0, "source": "training_data"}
    return {
        "input_columns": [{"client_id": key}, looked_up(1, "credit_limit", "double"), looked_up(2, "age", "int")],
        "input_tables": [{FEATURES: {"table_id": "t"}}],
        "workspace_id": "7",
        "feature_store_client_version": "0.12.1",
        "serialization_version": 9,
    }


def log_version(
    factor: int,
    *,
    model: str = MODEL,
    broken: bool = False,
    metadata: dict[str, object] | None = None,
    spec: dict[str, Any] | None = None,
) -> int:
    """A version of `model`, logged and registered by MLflow's client as it is configured; its number."""
    columns = [ColSpec("double", "credit_limit"), ColSpec("long", "age")]
    signature = ModelSignature(Schema(list(columns)), Schema([ColSpec("double", "probability")]))
    with tempfile.TemporaryDirectory() as temporary, mlflow.start_run():
        code = Path(temporary) / "risk_model.py"
        code.write_text(CODE.format(factor=factor, broken=broken))
        plain = {"python_model": str(code), "signature": signature, "pip_requirements": ["mlflow"]}
        if spec is None:
            info = mlflow.pyfunc.log_model(name="model", metadata=metadata, **plain)
        else:
            data = Path(temporary) / "feature_store"
            mlflow.pyfunc.save_model(path=str(data / "raw_model"), **plain)
            (data / "feature_spec.yaml").write_text(yaml.safe_dump(spec))
            info = _log_packed(data)
        return int(mlflow.register_model(info.model_uri, model).version)


def _log_packed(data: Path) -> Any:
    inputs = [ColSpec("long", "client_id")]
    inputs += [ColSpec(kind, name, required=False) for kind, name in (("double", "credit_limit"), ("long", "age"))]
    return mlflow.pyfunc.log_model(
        name="model",
        loader_module="databricks.feature_store.mlflow_model",
        data_path=str(data),
        signature=ModelSignature(Schema(list(inputs)), Schema([ColSpec("double", "probability")])),
        pip_requirements=["mlflow", "databricks-feature-lookup==1.*"],
    )
