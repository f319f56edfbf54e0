"""Whether the live version treats the declared groups alike in a month. Pure."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from ml.declarations import ComplianceGate
from ml.declarations.monitoring import Limits
from ml.evaluation.fairness import Fairness, GroupRates, fairness
from ml.monitoring.metric import PREDICTION, Finding, Kind, at_most, unknown

PARITY = "demographic_parity_difference"
OPPORTUNITY = "equal_opportunity_difference"
# Fewer than this and a rate has no normal distribution, on which the noise bound rests.
_MIN_POSITIVES = 30


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """How far groups may differ, and the chance of one test to be exceeded where they do not differ."""

    difference: Limits
    gate: ComplianceGate
    chance: float


def parity(scored: pd.DataFrame, attribute: str, allowed: Allowed) -> Finding:
    """Difference of the selection rates over rows with a `probability`; needs no outcomes."""
    return _difference(PARITY, scored, attribute, allowed)


def opportunity(positive: pd.DataFrame, attribute: str, allowed: Allowed) -> Finding:
    """Difference of the true positive rates: the selection rates over rows whose outcome came true."""
    few = replace(allowed.gate, min_group_rows=_MIN_POSITIVES)
    return _difference(OPPORTUNITY, positive, attribute, replace(allowed, gate=few))


def _difference(metric: str, rows: pd.DataFrame, attribute: str, allowed: Allowed) -> Finding:
    gate = allowed.gate
    found = fairness(
        attribute,
        rows[attribute],
        np.zeros(len(rows)),
        rows[PREDICTION].to_numpy(dtype=float),
        threshold=gate.decision_threshold,
        min_rows=gate.min_group_rows,
    )
    difference = found.demographic_parity_difference
    if not math.isfinite(difference):
        why = f"fewer than two groups have {gate.min_group_rows} rows"
        return unknown(Kind.FAIRNESS, metric, attribute, len(rows), why)
    noise = _noise(found, allowed.chance)
    return at_most(Kind.FAIRNESS, metric, attribute, difference, allowed.difference, rows=len(rows), noise=noise)


def _noise(found: Fairness, chance: float) -> float:
    """The difference that groups of one rate exceed with probability `chance`; over all pairs of groups."""
    rows = sum(group.rows for group in found.groups)
    rate = sum(group.selection_rate * group.rows for group in found.groups) / rows
    pairs = math.comb(len(found.groups), 2)
    smallest = sorted(found.groups, key=_rows)[:2]
    spread = math.sqrt(rate * (1 - rate) * sum(1 / group.rows for group in smallest))
    return float(stats.norm.isf(chance / (2 * pairs))) * spread


def _rows(group: GroupRates) -> int:
    return group.rows
