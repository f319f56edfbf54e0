"""The MLflow experiment that training logs to."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions


@dataclass(frozen=True, kw_only=True)
class ExperimentProps:
    """`directory` is its workspace directory, which must exist first."""

    name: str
    directory: Resource
    permissions: tuple[Permission, ...]


def experiment(scope: Scope, id_: str, props: ExperimentProps) -> None:
    """The experiment and the permissions on its runs."""
    made = databricks.mlflow_experiment.MlflowExperiment(scope, id_, name=props.name, depends_on=[props.directory])
    permissions(scope, f"{id_}-permissions", "experiment_id", made.id, props.permissions)
