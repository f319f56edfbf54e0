"""The difference in ROC AUC of two models on the same rows, with its uncertainty."""

import numpy.typing as npt

from ml.evaluation import measured
from ml.evaluation.metrics import checked
from ml.evaluation.resampling import Bootstrap, Interval, paired, resampled

__all__ = ["Interval", "auc_difference"]


def auc_difference(
    labels: npt.ArrayLike,
    challenger: npt.ArrayLike,
    champion: npt.ArrayLike,
    *,
    confidence: float,
    resamples: int,
    seed: int,
) -> Interval:
    """Paired bootstrap of the AUC difference: every resample draws the same rows for both models.

    The bounds are NaN where a resample held one class only: too few rows to say anything.
    """
    truth, ours = checked(labels, challenger)
    _, theirs = checked(labels, champion)
    both = {
        "challenger": measured.roc_auc(truth.astype(float), ours),
        "champion": measured.roc_auc(truth.astype(float), theirs),
    }
    values = resampled(both, truth.size, Bootstrap(confidence=confidence, resamples=resamples, seed=seed))
    return paired(values["challenger"], values["champion"], confidence).interval
