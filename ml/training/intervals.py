"""The measures of a version on its hold-out, each with its interval."""

import math
from collections.abc import Mapping

import pandas as pd

from ml.declarations import Model
from ml.evaluation.comparing import estimates
from ml.evaluation.resampling import Bootstrap, Estimate
from ml.problems.problem import Floats
from ml.problems.registry import judging_of
from ml.versions.training_run import LOWER, UPPER

# Enough for the second digit of an interval's width, over a few thousand rows in tenths of a second.
_RESAMPLES = 500


def intervals(model: Model, truth: Floats, output: pd.DataFrame) -> Mapping[str, Estimate]:
    """The intervals by measure, at the comparison gate's confidence; all measures use the same resamples."""
    judging, confidence = judging_of(model), model.gates.comparison.confidence
    numbers = judging.numbers(truth, output)
    together = judging.drawn_together(numbers)
    drawn = Bootstrap(confidence=confidence, resamples=_RESAMPLES, seed=model.seed, groups=together)
    return estimates(judging.measured(), truth, numbers, drawn)


def as_metrics(found: Mapping[str, Estimate]) -> dict[str, float]:
    """The ends of each measured interval, as `<measure>_lower` and `<measure>_upper`."""
    ends = {f"{name}{LOWER}": each.lower for name, each in found.items()}
    ends |= {f"{name}{UPPER}": each.upper for name, each in found.items()}
    return {name: end for name, end in ends.items() if math.isfinite(end)}


def in_words(model: Model, found: Mapping[str, Estimate]) -> str:
    """`ROC AUC 0.8042 +- 0.0131, log loss 0.4301 +- 0.0112 (95% intervals)`."""
    said = [
        f"{measure.title} {found[measure.name].value:.4f} +- {_half(found[measure.name])}"
        for measure in model.problem.measures
        if measure.name in found
    ]
    return f"{', '.join(said)} ({model.gates.comparison.confidence:.0%} intervals)"


def _half(found: Estimate) -> str:
    """Half the width: the two sides differ a little."""
    half = (found.upper - found.lower) / 2
    return f"{half:.4f}" if math.isfinite(half) else "unknown"
