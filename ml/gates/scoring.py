"""Hold-out rows, and what a model version says about them."""

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
    """A model that cannot say anything about the hold-out."""


def holdout(subject: Subject, lineage: Lineage) -> pd.DataFrame:
    """The hold-out of the version: the table versions and periods of its own lineage.

    Every feature of the feature table is read, since the champion may know others than the challenger.
    """
    table = subject.model.feature_table
    groups = set(subject.model.fairness_groups)
    everything = tuple(feature.name for feature in table.features if feature.name not in groups)
    wide = replace(subject.model, features=everything)
    periods = (lineage.holdout_first_period, lineage.holdout_last_period)
    return holdout_frame(subject.tables, wide, lineage.pinned, subject.common.judging, periods)


def answers(model: PyFuncModel, frame: pd.DataFrame, problem: ProblemType) -> pd.DataFrame:
    """The columns that the problem declares, one row per row of `frame`, by the model as it would serve them.

    Raises UnscorableError for a model without signature or that answers otherwise, and ValueError for one that needs
    features which `frame` lacks.
    """
    signature: ModelSignature | None = model.metadata.signature
    if signature is None or signature.inputs is None:
        raise UnscorableError("it has no signature, so what it takes is unknown")
    wanted = [column.name for column in problem.output]
    predicted = model.predict(contract.signed_input(signature, frame))
    if not isinstance(predicted, pd.DataFrame) or not set(wanted) <= set(predicted):
        given = list(predicted) if isinstance(predicted, pd.DataFrame) else type(predicted).__name__
        raise UnscorableError(f"it answers with {given}, a table with {', '.join(wanted)} is required")
    return predicted[wanted]
