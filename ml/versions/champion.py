"""Which version of a registered model is live."""

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from ml.versions.aliases import CHAMPION

# It finds versions and creates none.
RETRAINS = False

# For a missing alias, MLflow's own server answers INVALID_PARAMETER_VALUE, Unity Catalog the other code.
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


class NoChampionError(RuntimeError):
    """No version of the model is live."""


def champion_version(client: MlflowClient, model_name: str) -> int:
    """The version that `@champion` points to. Raises `NoChampionError` if there is none."""
    try:
        return int(client.get_model_version_by_alias(model_name, CHAMPION).version)
    except MlflowException as error:
        if error.error_code not in _ABSENT:
            raise
        raise NoChampionError(
            f"model {model_name} has no @{CHAMPION}, so there is nothing to score with; "
            "run the training job, whose promotion sets it once all gates pass"
        ) from error
