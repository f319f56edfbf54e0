"""Whether the live version treats the declared groups alike in a month. Pure."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from ml.declarations import ComplianceGate, Monitoring
from ml.evaluation.fairness import Fairness, GroupRates, fairness
from ml.monitoring.metric import PREDICTION, Finding, Kind, at_most, unknown

PARITY = "demographic_parity_difference"
OPPORTUNITY = "equal_opportunity_difference"
# Fewer than this and a rate has no normal distribution, on which the noise bound rests.
_MIN_POSITIVES = 30


def parity(scored: pd.DataFrame, attribute: str, limits: Monitoring, gate: ComplianceGate) -> Finding:
    """Difference of the selection rates over rows with a `probability`; needs no outcomes."""
    return _difference(PARITY, scored, attribute, limits, gate)


def opportunity(positive: pd.DataFrame, attribute: str, limits: Monitoring, gate: ComplianceGate) -> Finding:
    """Difference of the true positive rates: the selection rates over rows whose outcome came true."""
    return _difference(OPPORTUNITY, positive, attribute, limits, replace(gate, min_group_rows=_MIN_POSITIVES))


def _difference(metric: str, rows: pd.DataFrame, attribute: str, limits: Monitoring, gate: ComplianceGate) -> Finding:
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
    noise = _noise(found, limits.false_alarms_per_month)
    return at_most(Kind.FAIRNESS, metric, attribute, difference, limits.group_difference, rows=len(rows), noise=noise)


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
