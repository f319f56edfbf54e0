"""Figures of one or two models with their intervals, for any measures of a problem."""

from collections.abc import Callable, Mapping

from ml.evaluation.resampling import Bootstrap, Estimate, Paired, Vector, Weighed, estimate, paired, resampled

RETRAINS = False

# From truth and prediction of the same rows to the measure over row weights.
Measured = Callable[[Vector, Vector], Weighed]


def estimates(
    measures: Mapping[str, Measured], truth: Vector, predicted: Vector, drawn: Bootstrap
) -> Mapping[str, Estimate]:
    """Every measure of one model, by name."""
    weighed = {name: measure(truth, predicted) for name, measure in measures.items()}
    values = resampled(weighed, truth.size, drawn)
    return {name: estimate(found, drawn.confidence) for name, found in values.items()}


def compare(
    measures: Mapping[str, Measured], truth: Vector, challenger: Vector, champion: Vector, drawn: Bootstrap
) -> Mapping[str, Paired]:
    """Every measure of both models, by name; each resample draws the same rows for both models and all measures."""
    ours = {name: measure(truth, challenger) for name, measure in measures.items()}
    theirs = {f"{name} of the champion": measure(truth, champion) for name, measure in measures.items()}
    values = resampled({**ours, **theirs}, truth.size, drawn)
    return {name: paired(values[name], values[f"{name} of the champion"], drawn.confidence) for name in measures}
