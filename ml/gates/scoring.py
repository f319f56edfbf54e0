"""Hold-out rows, and what a model version says about them."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.pyfunc import PyFuncModel
from mlflow.types import DataType

from ml.examples.dataset import holdout_frame
from ml.versions.lineage import Lineage
from ml.versions.pyfunc_model import PROBABILITY
from ml.versions.version_task import Subject

_PANDAS = {DataType.long: "int64", DataType.double: "float64", DataType.boolean: "bool"}


class UnscorableError(ValueError):
    """A model that cannot say anything about the hold-out."""


def holdout(subject: Subject, lineage: Lineage) -> pd.DataFrame:
    """The hold-out of the version: the table versions and months of its own lineage.

    Every feature of the feature table is read, since the champion may know others than the challenger.
    """
    table = subject.model.feature_table
    groups = set(subject.model.fairness_groups)
    everything = tuple(feature.name for feature in table.features if feature.name not in groups)
    wide = replace(subject.model, features=everything)
    return holdout_frame(subject.tables, wide, lineage.pinned, lineage.holdout_first_month, lineage.holdout_last_month)


def score(model: PyFuncModel, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Probabilities, one per row of `frame`, by the model as it would serve them.

    Raises UnscorableError for a model without signature, or one that needs features which `frame` lacks.
    """
    signature: ModelSignature | None = model.metadata.signature
    if signature is None or signature.inputs is None:
        raise UnscorableError("it has no signature, so what it takes is unknown")
    types = {column.name: _PANDAS.get(column.type, "object") for column in signature.inputs.inputs}
    absent = sorted(set(types) - set(frame.columns))
    if absent:
        raise UnscorableError(f"it needs features {absent}, which the feature table no longer has")
    predicted = model.predict(frame[list(types)].astype(types))
    if not isinstance(predicted, pd.DataFrame) or PROBABILITY not in predicted:
        raise UnscorableError(f"it answers with {type(predicted).__name__}, a table with {PROBABILITY} is required")
    return np.asarray(predicted[PROBABILITY], dtype=float)
