"""Rows of a time that are answered together: their totals are answered too, and all answers are made to agree."""

from typing import Protocol

import pandas as pd

from ml.declarations import Forecasting, Model
from ml.problems.forecasting.agreeing import AgreeingSeries

# It changes answers, and no version.
RETRAINS = False


class Together(Protocol):
    """How the rows of one event time are answered together. Pure; runs on Spark's workers."""

    @property
    def by(self) -> tuple[str, ...]:
        """The features by which the rows of an event time are divided further; each part agrees by itself."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The features that `agreed` needs beside the answers, `by` among them."""

    def totals(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Feature rows of the totals of `rows`, with the same columns; their keys name them."""

    def agreed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that are `NEW` or `TOTAL`, with answers that agree; those of `WRITTEN` rows are kept.

        Each has the columns of the answer, `KIND`, and the columns of the problem's `totals`: null for no total.
        """


def together_of(model: Model) -> Together | None:
    """How the rows of `model` are answered together; None: each by itself."""
    match model.problem:
        case Forecasting(hierarchy=declared) if declared is not None:
            return AgreeingSeries(declared=model.problem, keys=model.feature_table.keys)
        case _:
            return None
