"""The fairness of drawn hold-outs, by what the gate says of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.declarations import ComplianceGate
from ml.evaluation.checks import Check
from ml.evaluation.fairness import fairness
from ml.problems.classification.selection import selection_checks

GATE = ComplianceGate(max_group_difference=0.2, min_group_rows=100, decides_at=0.5, min_selection_ratio=0.8)


def _checks(chances: dict[str, tuple[int, float]], gate: ComplianceGate = GATE) -> list[Check]:
    """One attribute: per group its rows, and the share of them that is selected; a fifth of each is positive."""
    groups = np.repeat(list(chances), [rows for rows, _ in chances.values()])
    scores = np.concatenate([np.linspace(0, 1, rows) < share for rows, share in chances.values()]) * 0.9
    labels = (np.arange(groups.size) % 5 == 0).astype(int)
    found = fairness(
        "band", pd.Series(groups), labels, scores, threshold=gate.decision_threshold, min_rows=gate.min_group_rows
    )
    return selection_checks(found, gate)


def _told(checks: list[Check], *, passed: bool) -> str:
    return "; ".join(check.text for check in checks if check.passed is passed)


def test_a_group_of_which_nobody_is_selected_is_seen_though_the_difference_is_small() -> None:
    """0.17 and none: under the limit of 0.2; nobody of 300 rows is no chance."""
    checks = _checks({"a": (600, 0.173), "b": (300, 0.0)})
    assert "nobody in band b is ever selected" in _told(checks, passed=False)
    assert "selection rate difference by band 0.1733 is at most 0.2" in _told(checks, passed=True)
    without_ratio = _checks({"a": (600, 0.173), "b": (300, 0.0)}, replace(GATE, min_selection_ratio=None))
    assert _told(without_ratio, passed=False) == "nobody in band b is ever selected"


def test_a_ratio_under_four_fifths_fails_only_beyond_chance() -> None:
    """0.76 of groups of 300 rows may be chance; of 30,000 it is not."""
    few, many = (_checks({"a": (rows, 0.25), "b": (rows, 0.19)}) for rows in (300, 30_000))
    assert _told(few, passed=False) == ""
    assert "selection ratio by band 0.76, limit 0.8: under it by no more than chance explains" in _told(
        few, passed=True
    )
    assert _told(many, passed=False) == "selection ratio by band 0.76 is under the limit 0.8 by more than chance"


def test_a_threshold_that_selects_hardly_anybody_cannot_tell() -> None:
    """With a rare outcome no group differs at 0.5, since none is selected: unknown, and it says what to do."""
    (check,) = _checks({"a": (3000, 0.002), "b": (3000, 0.0)})
    assert (check.passed, check.known) == (False, False)
    assert "of 6000 rows are selected at 0.5: too few to compare groups of band; declare the threshold" in check.text


def test_groups_too_small_to_show_twice_the_limit_cannot_tell() -> None:
    """Half of 100 and of 100: uncertain by more than 0.2, once a smaller limit is declared."""
    checks = _checks({"a": (100, 0.5), "b": (100, 0.5)}, replace(GATE, max_group_difference=0.1))
    assert [(check.passed, check.known) for check in checks[:1]] == [(False, False)]
    assert "too few rows to compare with 0.1" in checks[0].text


@pytest.mark.parametrize(("share", "passed"), [(0.2, True), (0.9, False)])
def test_true_positives_are_judged_by_the_same_limit(share: float, passed: bool) -> None:
    """As monitoring does: a difference in true positive rates far over the limit fails."""
    checks = _checks({"a": (1000, 0.25), "b": (1000, share)})
    assert [check.passed for check in checks if "equal opportunity" in check.text] == [passed]
