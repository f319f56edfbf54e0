"""A local cloud whose endpoint the tasks change: real REST, MLflow and model processes; tables in a folder."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
import pandas as pd
import pytest
from databricks.sdk.service import serving as sdk
from mlflow.models import infer_signature

from ml.parameters import Common
from ml.records.promotions import Cause, ledger
from ml.release.alias_moves import apply, moves
from ml.tables import Tables
from ml.usecases import use_case
from ml.versions import version_task
from ml.versions.version_task import Subject
from tests.localcloud.services.serving.world import World, mlflow_as, open_mlflow, open_world
from tests.ml.folder_backend import FolderBackend
from tests.needs import starts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MODEL, ENDPOINT = "prod.credit_ops.default_risk", "credit-default-risk"
_FACTORS = {"first": 0.25, "second": 0.5, "broken": 1.0, "wild": 7.0}
_CODE = """
import mlflow, pandas as pd

class Risk(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        if {broken}:
            raise RuntimeError("the weights are damaged")

    def predict(self, context, model_input, params=None):
        return pd.DataFrame({{"probability": {factor} * model_input["limit"]}})

mlflow.models.set_model(Risk())
"""


def model_code(*, factor: float, broken: bool) -> str:
    """The code of a model that answers `factor` times the limit that it is given, or does not load."""
    return _CODE.format(factor=factor, broken=broken)


@dataclass
class Served:
    """The cloud, and versions of the credit model by name: good ones, one that is broken, one that is no risk."""

    world: World
    tables: Tables
    versions: dict[str, int] = field(default_factory=dict)

    def subject(self, version: int, run_id: str) -> Subject:
        """What a task of run `run_id` is given."""
        common = Common(use_case=use_case("credit"), catalog="prod", run_id=run_id)
        return version_task.opened(common, version)

    def promote(self, version: int, run_id: str) -> None:
        """Make `version` champion as the task before `serving` does."""
        subject = self.subject(version, run_id)
        made = moves(version, self.aliases())
        for move in made:
            apply(subject, move)
        ledger(subject).append(made, run_id=run_id, cause=Cause.GATES, reason="passed", by="promotion")

    def aliases(self) -> dict[str, int]:
        """The versions that aliases point to."""
        return version_task.aliases(mlflow.MlflowClient(), MODEL)

    def answer(self) -> float:
        """What the endpoint says about a limit of 1: the factor of the version that answers."""
        answer = self.world.client().serving_endpoints.query(ENDPOINT, dataframe_records=[{"limit": 1.0}])
        return float(answer.predictions[0]["probability"])

    def name(self, version: int) -> str:
        """What the version is called here."""
        return next(name for name, number in self.versions.items() if number == version)

    def factor(self, version: int) -> float:
        """What the version answers to a limit of 1."""
        return _FACTORS[self.name(version)]

    def log(self, name: str, folder: Path, *, factor: float, broken: bool = False) -> None:
        """Register a version."""
        code = folder / f"{name}.py"
        code.write_text(model_code(factor=factor, broken=False))
        example = pd.DataFrame({"limit": [0.1, 0.9]})
        signature = infer_signature(example, pd.DataFrame({"probability": [0.1, 0.9]}))
        with mlflow.start_run():
            info = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(code if not broken else self._broken(folder)),
                signature=signature,
                input_example=None if broken else example,
                pip_requirements=["mlflow"],
            )
            self.versions[name] = int(mlflow.register_model(info.model_uri, MODEL).version)

    @staticmethod
    def _broken(folder: Path) -> Path:
        code = folder / "broken_model.py"
        code.write_text(model_code(factor=1, broken=True))
        return code

    def deploy_endpoint(self, version: int) -> None:
        """What the stack `prod-serving` makes, under Terraform's name for the served entity."""
        entity = sdk.ServedEntityInput(
            entity_name=MODEL, entity_version=str(version), name="live", workload_size="Small"
        )
        config = sdk.EndpointCoreConfigInput(name=ENDPOINT, served_entities=[entity])
        self.world.client().serving_endpoints.create_and_wait(ENDPOINT, config=config)


@pytest.fixture(scope="module")
@starts("mlflow", "spark")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """No endpoint yet; four versions, none of them live."""
    home = tmp_path_factory.mktemp("served")
    with open_mlflow(home) as server, open_world(home, server) as world, pytest.MonkeyPatch.context() as patch:
        # After the servers have started: a process that is forked while Spark's client runs may not live.
        spark: SparkSession = request.getfixturevalue("spark")
        tables = Tables(spark, FolderBackend(home / "tables"))
        world.client().catalogs.create(name="prod")
        world.client().schemas.create(name="credit_ops", catalog_name="prod")
        patch.setenv("DATABRICKS_HOST", world.url)
        patch.setenv("DATABRICKS_TOKEN", world.admin_token)
        patch.setenv("MLOPS_TASK_VALUES", str(home / "task_values.json"))
        patch.setattr(version_task, "door", lambda: tables)
        found = Served(world=world, tables=tables)
        with mlflow_as(world.url, world.admin_token):
            world.client().workspace.mkdirs("/mlops/prod")
            mlflow.set_experiment("/mlops/prod/credit-training")
            for name, factor in _FACTORS.items():
                found.log(name, home, factor=factor, broken=name == "broken")
            yield found
