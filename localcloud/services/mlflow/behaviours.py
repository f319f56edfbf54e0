"""What MLflow does, behind its routes."""

from localcloud.behaviours import Behaviour
from localcloud.parity import Level

BEHAVIOURS = (
    Behaviour(
        area="MLflow tracking and registry",
        does="only the model's owner moves an alias",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_mlflow.py::test_only_the_owner_moves_an_alias",
    ),
    Behaviour(
        area="MLflow tracking and registry",
        does="tags of a version need APPLY_TAG, also from its maker",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/privileges",
        witness="tests/localcloud/services/mlflow/test_mlflow.py::test_tags_of_a_version_need_apply_tag",
    ),
    Behaviour(
        area="MLflow tracking and registry",
        does="tags have Unity Catalog's limits",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/database-objects/tags",
        witness="tests/localcloud/services/mlflow/test_mlflow.py::test_a_tag_that_unity_catalog_does_not_take_is_refused",
    ),
    Behaviour(
        area="MLflow tracking and registry",
        does="a model is loaded by EXECUTE alone, and is not there without",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_mlflow.py::test_scoring_loads_the_model_by_execute_alone",
    ),
    Behaviour(
        area="MLflow tracking and registry",
        does="the artifacts of a registered version are sealed",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/manage-model-lifecycle/",
        witness="tests/localcloud/services/mlflow/test_mlflow.py::test_the_artifacts_of_a_registered_version_are_sealed",
    ),
    Behaviour(
        area="MLflow tracking and registry",
        does="an experiment belongs to a workspace and to those whom it is permitted",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/mlflow/experiments",
        witness="tests/localcloud/services/mlflow/test_mlflow.py::test_experiments_belong_to_a_workspace_and_to_whom_they_are_permitted",
    ),
)
