"""The table versions that the live and the previous versions of models were trained on."""

from collections.abc import Iterable
from itertools import product

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from ml.versions.aliases import CHAMPION, PREVIOUS

# It finds versions and creates none.
RETRAINS = False

# For a missing alias, MLflow's own server answers INVALID_PARAMETER_VALUE, Unity Catalog the other code.
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_TABLES = ("feature_table", "outcome_table")


def trained_on(client: MlflowClient, model_names: Iterable[str]) -> dict[str, dict[int, str]]:
    """By table (full name): its needed versions, each with the model version that needs it.

    Raises MlflowException if the registry cannot be read: then the needed versions are unknown.
    """
    found: dict[str, dict[int, str]] = {}
    for model_name, alias in product(model_names, (CHAMPION, PREVIOUS)):
        tags = _tags(client, model_name, alias)
        for name in _TABLES:
            if tags.get(name) and tags.get(f"{name}_version"):
                needed = found.setdefault(tags[name], {})
                needed[int(tags[f"{name}_version"])] = f"version {tags['_version']} of {model_name} (@{alias})"
    return found


def _tags(client: MlflowClient, model_name: str, alias: str) -> dict[str, str]:
    try:
        # Unity Catalog omits the tags when a version is read by alias.
        version = str(client.get_model_version_by_alias(model_name, alias).version)
        return dict(client.get_model_version(model_name, version).tags) | {"_version": version}
    except MlflowException as error:
        if error.error_code not in _ABSENT:
            raise
        return {}
