"""A model that is fitted in parts replaces the live version part by part, where it is better."""

import tempfile
from dataclasses import replace
from pathlib import Path

import mlflow

from ml.examples.split import Split
from ml.problems.learning import Live, Succeeding
from ml.training.learn import Learned
from ml.training.plan import Task
from ml.versions import artifact
from ml.versions.champion import NoChampionError, champion_version
from ml.versions.training_run import DECISIONS


def successor(client: mlflow.MlflowClient, task: Task, split: Split, learned: Learned) -> Learned:
    """`learned` with the live version's parts where these are better; unchanged if it has no parts.

    The active run gets a table with the decision on each part.
    """
    if not isinstance(learned.fitted, Succeeding):
        return learned
    with tempfile.TemporaryDirectory() as temporary:
        fitted = learned.fitted.after(_live(client, task.model_name, Path(temporary)), split)
    mlflow.log_table(fitted.decisions(), DECISIONS)
    print(fitted.summary())
    return replace(learned, fitted=fitted)


def _live(client: mlflow.MlflowClient, name: str, into: Path) -> Live | None:
    """The champion with its files under `into`; None if no version is live."""
    try:
        version = champion_version(client, name)
    except NoChampionError:
        return None
    return Live(version=version, folder=artifact.packed(artifact.fetch(f"models:/{name}/{version}", into)))
