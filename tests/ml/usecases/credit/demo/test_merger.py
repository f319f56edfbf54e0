"""The merged portfolio: what it changes, what it leaves, and that its truth is known."""

import numpy as np
import pytest

from ml.evaluation.metrics import roc_auc
from ml.usecases.credit.demo.generate import LABEL, default_probability, generate, merger

ROWS, FROM = 20_000, 10_000


def test_rows_before_the_merger_stay_as_they_were() -> None:
    """The same seed gives the same clients up to the shift."""
    plain, merged = generate(ROWS, 4), generate(ROWS, 4, shift=merger(FROM))
    inputs = [column for column in plain.columns if column != LABEL]
    assert merged[inputs].iloc[:FROM].equals(plain[inputs].iloc[:FROM])
    assert merged[LABEL].iloc[:FROM].equals(plain[LABEL].iloc[:FROM])


def test_limits_are_higher_and_the_meaning_changes() -> None:
    """Six times the limits; repayment status tells nothing of the new truth, use of the limit nearly all."""
    merged = generate(ROWS, 4, shift=merger(FROM))
    old, new = merged.iloc[:FROM], merged.iloc[FROM:]
    assert new["LIMIT_BAL"].median() / old["LIMIT_BAL"].median() == pytest.approx(6, rel=0.1)
    truth = default_probability(merged, merger(FROM))[FROM:]
    used = np.clip(new["BILL_AMT1"] / new["LIMIT_BAL"], 0, 1.2)
    assert np.corrcoef(truth, used)[0, 1] > 0.9
    assert roc_auc(new[LABEL], truth) > 0.83


def test_about_as_many_default_as_before() -> None:
    """The outcome's rate alone does not give the merger away."""
    labels = generate(ROWS, 4, shift=merger(FROM))[LABEL]
    assert labels.iloc[FROM:].mean() == pytest.approx(labels.iloc[:FROM].mean(), abs=0.05)
