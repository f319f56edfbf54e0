"""The columns for the search of slices of a model's rows."""

import pandas as pd

from ml.declarations import Model
from ml.evaluation.ordered import comparable

RETRAINS = False


def searched_names(model: Model) -> tuple[str, ...]:
    """The model's features and the group attributes, without sensitive columns: a slice's name shows values."""
    sensitive = {each.name for each in model.feature_table.features if each.sensitive} - set(model.fairness_groups)
    names = dict.fromkeys((*model.features, *model.fairness_groups))
    return tuple(name for name in names if name not in sensitive)


def searched_columns(model: Model, rows: pd.DataFrame) -> pd.DataFrame:
    """Their values in `rows`, in an ordered form."""
    return pd.DataFrame({name: comparable(rows[name]) for name in searched_names(model)})
