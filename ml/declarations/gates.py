"""Promotion gates. All are on by default; a missing, NaN or unknown input blocks."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class ComplianceGate:
    """What a model version must carry, and how far groups may differ.

    `max_group_difference` bounds the demographic parity difference (largest minus smallest selection
    rate over the groups with at least `min_group_rows` hold-out rows) at `decision_threshold`.
    Source: Agarwal et al. 2018, "A Reductions Approach to Fair Classification", definition 1.
    """

    max_group_difference: float
    min_group_rows: int
    decision_threshold: float


@dataclass(frozen=True, kw_only=True)
class ComparisonGate:
    """The challenger against the champion on the same hold-out rows, by ROC AUC.

    Passes when the lower end of the paired bootstrap interval of (challenger - champion) is at least
    -`max_loss`, and the challenger alone reaches `min_roc_auc` and stays under `max_calibration_error`
    (expected calibration error over ten equal-count bins). `confidence` is the interval's level.
    """

    min_roc_auc: float
    max_calibration_error: float
    max_loss: float
    confidence: float = 0.95
    resamples: int = 1000
    min_holdout_rows: int = 500


@dataclass(frozen=True, kw_only=True)
class InfrastructureGate:
    """The model in a clean process: loads, answers its schema, within time and memory."""

    max_load_s: float
    max_latency_ms: float
    max_memory_mib: float


class SignOff(StrEnum):
    """Who releases a version that passed the other gates: the pipeline itself, or a named person."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, kw_only=True)
class Gates:
    """The four gates that every version passes before it can be champion."""

    compliance: ComplianceGate
    comparison: ComparisonGate
    infrastructure: InfrastructureGate
    sign_off: SignOff = SignOff.AUTOMATIC
