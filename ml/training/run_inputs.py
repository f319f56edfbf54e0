"""A run's inputs in MLflow: tables with their versions, and the environment. The same in a notebook."""

import platform
from collections.abc import Iterator
from importlib.metadata import version

import mlflow
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.types import Schema

from ml.declarations import Model
from ml.examples.dataset import Pinned
from ml.training.learners.device import cores, device
from ml.training.learners.left_out import fitted_with, left_out
from ml.versions import contract
from ml.versions.training_run import ENVIRONMENT

# Beside what serving needs: what fits, searches and calibrates.
_TRAINING_PACKAGES = ("optuna", "scikit-learn", "scipy")


def log_tables(model: Model, pinned: Pinned) -> None:
    """The gold tables as data sets of the active run: name, version, and the columns that the model reads.

    No table is read, so this starts no Spark job, and no row gets into the log.
    """
    for context, table, number, columns in _tables(model, pinned):
        source = DeltaDatasetSource(delta_table_name=table, delta_table_version=number)
        dataset = MetaDataset(source, name=f"{table}@{number}", digest=str(number), schema=columns)  # type: ignore[abstract]
        mlflow.log_input(dataset, context=context)


def _tables(model: Model, pinned: Pinned) -> Iterator[tuple[str, str, int, Schema]]:
    yield "features", pinned.features, pinned.features_version, contract.signature(model).inputs
    yield "outcomes", pinned.outcomes, pinned.outcomes_version, contract.label_schema(model)


def log_environment(model: Model) -> None:
    """`environment.json`: Python, package versions, cores, the boosters' device, and algorithms left out."""
    served = dict(each.split("==") for each in contract.requirements(model.algorithms, model.problem.packages))
    packages = served | {name: version(name) for name in _TRAINING_PACKAGES}
    packages |= dict(each.split("==") for each in fitted_with(model.algorithms))
    found = {
        "python": platform.python_version(),
        "cores": cores(),
        "device": device(),
        "packages": packages,
        "left_out": {str(algorithm): reason for algorithm, reason in left_out(model.algorithms).items()},
    }
    mlflow.log_dict(found, ENVIRONMENT)
