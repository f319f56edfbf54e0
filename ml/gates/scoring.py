"""Hold-out rows, and a model version's answers to them."""

from dataclasses import replace

import pandas as pd
from mlflow.models import ModelSignature
from mlflow.pyfunc import PyFuncModel

from ml.declarations import ProblemType
from ml.examples.dataset import holdout_frame
from ml.versions import contract
from ml.versions.lineage import Lineage
from ml.versions.version_task import Subject


class UnscorableError(ValueError):
    """The model cannot score the hold-out."""


def holdout(subject: Subject, lineage: Lineage) -> pd.DataFrame:
    """The hold-out of the version: the table versions and periods of its own lineage.

    Reads every feature of the feature table, because the champion may use other features than the challenger.
    """
    table = subject.model.feature_table
    groups = set(subject.model.fairness_groups)
    everything = tuple(feature.name for feature in table.features if feature.name not in groups)
    wide = replace(subject.model, features=everything)
    periods = (lineage.holdout_first_period, lineage.holdout_last_period)
    return holdout_frame(subject.tables, wide, lineage.pinned, subject.common.judging, periods)


def answers(model: PyFuncModel, frame: pd.DataFrame, problem: ProblemType) -> pd.DataFrame:
    """The columns that the problem declares, one row per row of `frame`, from the model as it would serve them.

    Raises UnscorableError if the model has no signature or returns other columns, and ValueError if `frame` lacks
    features that it needs.
    """
    signature: ModelSignature | None = model.metadata.signature
    if signature is None or signature.inputs is None:
        raise UnscorableError("it has no signature, so its inputs are unknown")
    wanted = [column.name for column in problem.output]
    predicted = model.predict(contract.signed_input(signature, frame))
    if not isinstance(predicted, pd.DataFrame) or not set(wanted) <= set(predicted):
        given = list(predicted) if isinstance(predicted, pd.DataFrame) else type(predicted).__name__
        raise UnscorableError(f"it returns {given}; a table with {', '.join(wanted)} is required")
    return predicted[wanted]
