"""A cloud with an MLflow server, one registered model, and the principals who train, promote and score it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

from tests.localcloud.core import Core, leave, start

MODEL = "prod.credit_ops.default_risk"
EXPERIMENT = "/mlops/prod/credit-training"
REGISTRY = "databricks-uc"


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
        """Point this process's MLflow at the workspace, as a principal: the registry is Unity Catalog's."""
        token = self.core.token(name, workspace)
        held = {"DATABRICKS_HOST": self.core.url(workspace), "DATABRICKS_TOKEN": token, "MLFLOW_TRACKING_TOKEN": token}
        for variable, value in held.items():
            self.patch.setenv(variable, value)
        mlflow.set_tracking_uri(self.core.url(workspace))
        mlflow.set_registry_uri(REGISTRY)
        return mlflow.MlflowClient()

    def newcomer(self, name: str, *privileges: str) -> mlflow.MlflowClient:
        """Act as a new principal who may enter the model's schema, and holds `privileges` on the model."""
        application = self.applications[name] = self.core.application(name)
        self.core.grant("catalog", "prod", application, "USE_CATALOG", "USE_SCHEMA")
        if privileges:
            self.core.grant("function", MODEL, application, *privileges)
        return self.act_as(name)

    def experiment(self) -> str:
        """The id of the experiment."""
        found = self.core.admin().experiments.get_by_name(EXPERIMENT).experiment
        assert found is not None
        return str(found.experiment_id)

    def permit(self, object_id: str, name: str, level: str) -> None:
        """Give a principal a level on an experiment."""
        entry = {"service_principal_name": self.applications[name], "permission_level": level}
        url = f"{self.core.url('prod')}/api/2.0/permissions/experiments/{object_id}"
        assert self.core.call("PATCH", url, json={"access_control_list": [entry]}).status_code == 200

    def log(self, signature: ModelSignature | None = None) -> tuple[str, str]:
        """Log a model to the experiment, in a run. Its URI and its id."""
        mlflow.set_experiment(EXPERIMENT)
        with mlflow.start_run():
            mlflow.log_metric("roc_auc", 0.8)
            logged = mlflow.pyfunc.log_model(
                name="model", python_model=Doubler(), signature=signature or SIGNATURE, pip_requirements=[]
            )
        return logged.model_uri, logged.model_id


SIGNATURE = ModelSignature(Schema([ColSpec("double", "x")]), Schema([ColSpec("double", "y")]))


@contextmanager
def opened(home: Path, mlflow_url: str) -> Iterator[Registry]:
    """Training made version 1 of a model that promotion owns and scoring may execute."""
    core = start(home)
    core.cloud.mlflow_url = mlflow_url
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
    previous = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    with pytest.MonkeyPatch.context() as patch:
        made = Registry(core, patch, applications)
        made.act_as("training")
        uri, _ = made.log()
        assert mlflow.register_model(uri, MODEL, tags={"git_commit": "abc"}).version == "1"
        yield made
    mlflow.set_tracking_uri(previous[0])
    mlflow.set_registry_uri(previous[1])
    leave(core)


def refused(code: str, call: object, *arguments: object, **options: object) -> str:
    """The message of a call that must be refused with the error code `code`."""
    with pytest.raises(MlflowException) as raised:
        call(*arguments, **options)  # type: ignore[operator]
    assert raised.value.error_code == code, str(raised.value)
    return str(raised.value)


def denied(call: object, *arguments: object, **options: object) -> str:
    """The message of a call that must be refused with PERMISSION_DENIED."""
    return refused("PERMISSION_DENIED", call, *arguments, **options)
