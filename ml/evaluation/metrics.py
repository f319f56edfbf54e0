"""Quality of a binary classifier's probabilities on rows that it has never seen."""

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from sklearn import metrics

Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]

CALIBRATION_BINS = 10


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Measures over one set of rows; precision and recall are of the positive class at `threshold`."""

    rows: int
    positive_ratio: float
    roc_auc: float
    accuracy: float
    precision: float
    recall: float
    expected_calibration_error: float
    brier_score: float
    log_loss: float
    threshold: float

    def as_dict(self) -> dict[str, float]:
        """One entry per measure, by name."""
        return asdict(self)

    def summary(self) -> str:
        """One line for the task's log."""
        measured = {name: value for name, value in self.as_dict().items() if name != "rows"}
        return f"{self.rows} rows: " + ", ".join(f"{name} {value:.4f}" for name, value in measured.items())


def checked(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> tuple[Labels, Probabilities]:
    """Both as arrays of one length. Raises ValueError for input on which no measure can be trusted."""
    truth = np.asarray(labels, dtype=float)
    scores = np.asarray(probabilities, dtype=float)
    if truth.shape != scores.shape or truth.ndim != 1:
        raise ValueError(f"labels {truth.shape} and probabilities {scores.shape} must be two vectors of one length")
    if not np.isin(truth, (0.0, 1.0)).all():
        raise ValueError("labels must be 0 or 1 on every row: drop rows whose outcome is not known")
    if not (np.isfinite(scores) & (scores >= 0) & (scores <= 1)).all():
        wrong = int((~(np.isfinite(scores) & (scores >= 0) & (scores <= 1))).sum())
        raise ValueError(f"{wrong} of {scores.size} probabilities are NaN or outside 0..1")
    return truth.astype(np.int64), scores


def expected_calibration_error(
    labels: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = CALIBRATION_BINS
) -> float:
    """Mean distance between predicted and observed rate over equal-count bins, weighted by their rows.

    Source: Naeini, Cooper & Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning", with equal-count bins as in Nguyen & O'Connor 2015, since most risks lie in a narrow range.
    """
    truth, scores = checked(labels, probabilities)
    if not truth.size:
        return math.nan
    parts = np.array_split(np.argsort(scores, kind="stable"), min(bins, truth.size))
    gaps = [abs(truth[part].mean() - scores[part].mean()) * part.size for part in parts]
    return float(sum(gaps) / truth.size)


def roc_auc(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> float:
    """Chance that a positive row scores above a negative one; NaN if only one class is present."""
    truth, scores = checked(labels, probabilities)
    if np.unique(truth).size < 2:
        return math.nan
    return float(metrics.roc_auc_score(truth, scores))


def evaluate(labels: npt.ArrayLike, probabilities: npt.ArrayLike, threshold: float) -> Evaluation:
    """All measures at once. Raises ValueError for no rows, NaN, or labels other than 0 and 1."""
    truth, scores = checked(labels, probabilities)
    if not truth.size:
        raise ValueError("there are no rows to evaluate on: the hold-out is empty")
    chosen = (scores >= threshold).astype(np.int64)
    return Evaluation(
        rows=int(truth.size),
        positive_ratio=float(truth.mean()),
        roc_auc=roc_auc(truth, scores),
        accuracy=float(metrics.accuracy_score(truth, chosen)),
        precision=float(metrics.precision_score(truth, chosen, zero_division=0.0)),
        recall=float(metrics.recall_score(truth, chosen, zero_division=0.0)),
        expected_calibration_error=expected_calibration_error(truth, scores),
        brier_score=float(metrics.brier_score_loss(truth, scores)),
        log_loss=float(metrics.log_loss(truth, scores, labels=[0, 1])),
        threshold=threshold,
    )
