"""Limits that cannot be used are refused, all at once."""

import pytest

from ml.declarations import DeclarationError, Limits, Monitoring
from ml.usecases import USE_CASES


@pytest.mark.parametrize(("warn", "act"), [(0.3, 0.2), (0.0, 0.2), (-0.1, 0.2)])
def test_limits_out_of_order_are_refused(warn: float, act: float) -> None:
    """A warning comes before a breach, and both above 0."""
    with pytest.raises(DeclarationError, match="0 < warn <= act is required"):
        Limits(warn=warn, act=act)


def test_every_mistake_is_told() -> None:
    """Four mistakes, four sentences with what is allowed."""
    with pytest.raises(DeclarationError) as refused:
        Monitoring(min_rows=5, labelled_months_below=0, max_auc_drop=0.3, severe_auc_drop=0.2, min_row_ratio=1.5)
    assert refused.value.problems == (
        "min_rows is 5; at least 30 is allowed: raise it",
        "labelled_months_below is 0; at least 1 is allowed: raise it",
        "min_row_ratio 1.5 < 1 < max_row_ratio 2.0 is required",
        "severe_auc_drop 0.2 is less than max_auc_drop 0.3: swap them",
    )


def test_every_use_case_is_monitored() -> None:
    """Monitoring is on by default, at sizes that the literature names."""
    assert all(case.models[0].monitoring for case in USE_CASES.values())
    assert Monitoring().psi == Limits(warn=0.10, act=0.25)
