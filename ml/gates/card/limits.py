"""Sections about the unknowns of the version, and the limits at which monitoring will raise alerts. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from ml.declarations import ComparisonGate
from ml.gates.card.document import Grid, Paragraph, Points, Section
from ml.gates.card.facts import CardFacts, number
from ml.records.gate_results import COMPARISON, COMPLIANCE
from ml.versions.training_run import HOLDOUT, ROWS

# Those that are listed as metrics, or say which metrics are not judged.
_NO_LIMITS = ("limits", "without")
# With fewer hold-out rows the gate does not judge, unless a model declares that fewer are enough.
_FEW = ComparisonGate.min_holdout_rows


def monitoring(card: CardFacts) -> Section:
    """The limits of each metric, and the limits on the rows themselves."""
    model, settings = card.model, card.model.monitoring
    metrics = [
        (metric.title, _limit(metric.limit), ", ".join(sorted(metric.needs)) or "answers alone")
        for metric in model.monitored
        if metric.limit is not None
    ]
    unjudged = [metric.title for metric in model.monitored if metric.limit is None]
    values = {each.name.replace("_", " "): getattr(settings, each.name) for each in fields(settings)}
    kept = {name: value for name, value in values.items() if name not in _NO_LIMITS}
    off = [name for name, value in kept.items() if value is None]
    rows = [(name, _limit(value)) for name, value in kept.items() if value not in (None, ())]
    return Section(
        title="Limits of monitoring",
        blocks=[
            Grid(columns=("metric", "limit", "needs"), rows=metrics),
            *_listed("Written for every period, without a limit", unjudged),
            Grid(columns=("setting", "value"), rows=rows),
            *_listed("Not judged", off),
        ],
    )


def _listed(what: str, names: Sequence[str]) -> list[Paragraph]:
    return [Paragraph(text=f"{what}: {', '.join(names)}.")] if names else []


def _limit(value: object) -> str:
    """`warn 0.1, act 0.25`, or the value itself. A limit by share is a share of the hold-out's value."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if not is_dataclass(value):
        return f"{value:g}" if isinstance(value, float) else str(value)
    said = ", ".join(f"{each.name} {_limit(getattr(value, each.name))}" for each in fields(value))
    return f"{said}, as shares of the hold-out's value" if type(value).__name__.endswith("ByShare") else said


def known_limits(card: CardFacts) -> Section:
    """Limits of the evidence, and what was left out."""
    items = [*_power(card), *_small(card), *_cut(card)]
    said = "No limits were recorded beyond those in the sections above."
    return Section(title="Known limits", blocks=[Points(items=items) if items else Paragraph(text=said)])


def _power(card: CardFacts) -> Iterator[str]:
    titles = {measure.name: measure.title for measure in card.model.problem.measures}
    power = card.recorded(COMPARISON, "power") or {}
    for name, found in power.items():
        yield (
            f"On the compared rows, an improvement of {titles.get(name, name)} by "
            f"{number(found['shows_improvement_from'])} or more is detected in 8 of 10 draws, and "
            f"{found['equal_passes']:.0%} of equally good renewals pass."
        )
    if not power:
        yield "This run did not compare it with a live version, so its performance relative to one is not known."
    uses = card.recorded(COMPARISON, "holdout_uses")
    if isinstance(uses, int) and uses > 1:
        yield f"{uses} versions were judged on the same hold-out periods, so one of them may appear good by luck."


def _small(card: CardFacts) -> Iterator[str]:
    model, rows = card.model, card.training.metrics.get(f"{HOLDOUT}rows")
    least = model.gates.comparison.min_holdout_rows
    if rows is not None and rows < least:
        yield f"The hold-out has {number(rows)} rows; the comparison gate needs at least {number(least)} to decide."
    elif rows is not None and rows < _FEW:
        yield (
            f"The data are small: {number(rows)} hold-out rows, and with fewer than {_FEW:,} the intervals are wide. "
            f"The model declares that {number(least)} are enough."
        )
    for figures in card.recorded(COMPLIANCE, "fairness") or []:
        if figures.get("left_out"):
            groups = ", ".join(map(str, figures["left_out"]))
            yield f"Groups by {figures['attribute']} that are too small to compare: {groups}."
    yield f"Monitoring reports unknown for a period with fewer than {number(model.monitoring.min_rows)} rows."


def _cut(card: CardFacts) -> Iterator[str]:
    metrics, tags = card.training.metrics, card.tags
    late = metrics.get(f"{ROWS}known_too_late", 0)
    if late:
        yield f"{number(late)} examples were left out because their outcome became known only after the hold-out began."
    if tags.get("sample_rows", "0") != "0":
        yield f"It was fitted on a sample of {tags['sample_rows']} rows, not on all rows."
    if tags.get("search_cut"):
        yield f"The parameter search stopped at its time limit: {tags['search_cut']}."
    problem = card.recorded(COMPLIANCE, "problem")
    if problem:
        yield f"The compliance gate could not measure the hold-out: {problem}."
