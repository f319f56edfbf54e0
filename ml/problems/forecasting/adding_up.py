"""The error of the totals: how far what the series add up to is from what came true."""

import math

import numpy as np
import pandas as pd

from ml import declarations
from ml.problems.forecasting.agreeing import groups_of
from ml.problems.measured import checked
from ml.problems.monitor import Answered, Figure

RETRAINS = False


def error_of_totals(rows: Answered, declared: declarations.Forecasting) -> Figure:
    """Sum of the absolute errors of all totals of each step over the sum of their true values.

    A total of a period is over all origins in it. Its series are those with a known outcome. Totals of several levels
    share their series, so the standard error (of a ratio of means, delta method) is an approximation.
    """
    if not len(rows.truth):
        return Figure()
    truth, answers = checked(rows.truth, rows.answers, ("forecast",))
    features = rows.features.reset_index(drop=True)
    values = pd.DataFrame({"truth": truth, "forecast": answers["forecast"].to_numpy(float)})
    sums = [
        values.groupby([groups, features[declared.step]]).sum() for groups in groups_of(features, declared).values()
    ]
    totals = pd.concat([values.groupby(features[declared.step]).sum(), *sums], ignore_index=True)
    true = totals["truth"].to_numpy(float)
    missed, size = np.abs(totals["forecast"].to_numpy(float) - true), np.abs(true)
    if len(totals) < 2 or not size.sum() > 0:
        return Figure(rows=len(totals))
    ratio = float(missed.sum() / size.sum())
    error = float((missed - ratio * size).std(ddof=1)) / math.sqrt(len(totals)) / float(size.mean())
    return Figure(value=ratio, error=error, rows=len(totals))
