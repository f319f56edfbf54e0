"""Sections about the findings: measures, verdicts, groups, importance, approval. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from ml.gates.card.document import Grid, Paragraph, Section
from ml.gates.card.facts import UNKNOWN, CardFacts, number
from ml.records.gate_results import ALL_GATES, COMPLIANCE, SIGN_OFF
from ml.versions import gains
from ml.versions.training_run import HOLDOUT, LOWER, UPPER


def measures(card: CardFacts) -> Section:
    """Every measure on the hold-out with its interval, the problem's own first."""
    found, declared = card.training.metrics, card.model.problem.measures
    names = [
        name.removeprefix(HOLDOUT)
        for name in found
        if name.startswith(HOLDOUT) and not name.endswith((LOWER, UPPER)) and name != f"{HOLDOUT}rows"
    ]
    order = {measure.name: at for at, measure in enumerate(declared)}
    listed = sorted(
        (name for name in names if not name.startswith(gains.TAG)), key=lambda each: (order.get(each, len(order)), each)
    )
    known = {measure.name: measure for measure in declared}
    rows = [
        (
            known[name].title if name in known else name.replace("_", " "),
            number(found[f"{HOLDOUT}{name}"]),
            _interval(found, name),
            known[name].unit if name in known else "",
            f"{known[name].better} is better" if name in known else "",
        )
        for name in listed
    ]
    confidence = f"{card.model.gates.comparison.confidence:.0%} interval"
    said = f"On {number(found.get(f'{HOLDOUT}rows'))} rows that no fit, search or calibration used."
    columns = ("measure", "value", confidence, "unit", "")
    return Section(title="Measures on the hold-out", blocks=[Paragraph(text=said), Grid(columns=columns, rows=rows)])


def _interval(found: Mapping[str, float], name: str) -> str:
    ends = [found.get(f"{HOLDOUT}{name}{end}") for end in (LOWER, UPPER)]
    return "none is kept" if None in ends else " to ".join(number(end) for end in ends)


def gates(card: CardFacts) -> Section:
    """The verdict of every gate, and why."""
    none = "no verdict in this run"
    rows = [
        (gate, found.verdict, found.reason) if (found := card.verdicts.get(gate)) else (gate, none, "")
        for gate in ALL_GATES
    ]
    return Section(title="Gates", blocks=[Grid(columns=("gate", "verdict", "why"), rows=rows)])


def approval(card: CardFacts) -> Section:
    """Who released it, when and with which words; or that nobody did."""
    found = card.verdicts.get(SIGN_OFF)
    if found is None or found.verdict != "pass":
        return Section(title="Approval", blocks=[Paragraph(text="Not approved: sign-off did not pass in this run.")])
    people = ", ".join(found.inputs.get("approved_by") or ())
    mode = found.thresholds.get("sign_off", UNKNOWN)
    rows = [
        ("approved by", people or f"no person: sign-off is {mode}, as declared"),
        ("recorded by", found.decided_by),
        ("recorded at", f"{found.decided_at:%Y-%m-%d %H:%M} UTC"),
    ]
    return Section(title="Approval", blocks=[Grid(columns=("", ""), rows=rows)])


def comments(card: CardFacts) -> Section | None:
    """The comments on the version at the time the card was written; None if there were none."""
    if not card.comments:
        return None
    rows = [(f"{each.commented_at:%Y-%m-%d %H:%M} UTC", each.commented_by, each.comment) for each in card.comments]
    return Section(title="Comments", blocks=[Grid(columns=("when", "who", "what"), rows=rows)])


def groups(card: CardFacts) -> Section:
    """How groups are treated on the hold-out: a table for each attribute that the compliance gate measured."""
    found = card.recorded(COMPLIANCE, "fairness") or []
    if not found:
        asked = ", ".join(card.model.fairness_groups)
        said = f"Groups by {asked} were not measured." if asked else "The model declares no groups to compare."
        return Section(title="Groups", blocks=[Paragraph(text=said)])
    return Section(title="Groups", blocks=[block for figures in found for block in _attribute(figures)])


def _attribute(figures: Mapping[str, Any]) -> Iterator[Paragraph | Grid]:
    cells: dict[str, dict[str, object]] = {}
    for name, value in figures.items():
        if isinstance(value, list):
            for each in value:
                if isinstance(each, Mapping) and "group" in each:
                    cells.setdefault(str(each["group"]), {}).update({k: v for k, v in each.items() if k != "group"})
        elif isinstance(value, Mapping):
            for group, column, cell in _cells(name, value):
                cells.setdefault(group, {})[column] = cell
    alone = [f"{name} {number(value)}" for name, value in figures.items() if isinstance(value, int | float)]
    left_out = figures.get("left_out")
    small = [f"too few rows to compare: {', '.join(map(str, left_out))}"] if left_out else []
    yield Paragraph(text=f"By {figures.get('attribute')}. {'; '.join([*alone, *small])}".replace("_", " "))
    columns = list(dict.fromkeys(column for row in cells.values() for column in row))
    heads = ("group", *(column.replace("_", " ") for column in columns))
    if cells:
        yield Grid(
            columns=heads,
            rows=[(group, *(number(row.get(column)) for column in columns)) for group, row in sorted(cells.items())],
        )


def _cells(name: str, found: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Group, column and figure of `{group: {figure: …}}`, or of `{class: {group: {figure: …}}}`."""
    for key, inner in found.items():
        if any(isinstance(value, Mapping) for value in inner.values()):
            yield from _cells(f"{name} {key}", inner)
        else:
            yield from ((key, f"{name} {figure}", value) for figure, value in inner.items())


def slices(card: CardFacts) -> Section:
    """The hold-out slices on which it is worst, found by search and not declared."""
    found, title = card.recorded(COMPLIANCE, "slices"), "Where it is worst"
    if not found:
        return Section(title=title, blocks=[Paragraph(text="Slices were not searched.")])
    said = (
        f"Of {number(found['tried'])} slices of one or two columns, these have a worse {found['measure']} than all "
        f"other hold-out rows, at a false-discovery rate of {found['false_discoveries']:.0%}; the mean over all rows "
        f"is {number(found['mean'])}. Some rows are harder by nature, so this table only shows where to look."
    )
    rows = [
        (
            each["slice"],
            number(each["rows"]),
            number(each["above_the_rest"], signed=True),
            f"{number(each['lower'])} to {number(each['upper'])}",
            ", ".join(f"{name} {number(part, signed=True)}" for name, part in each["by_column"].items()),
        )
        for each in found["found"]
    ]
    if not rows:
        return Section(title=title, blocks=[Paragraph(text=said), Paragraph(text="None is.")])
    columns = ("slice", "rows", "worse by", "95 % interval", "of that by column")
    return Section(title=title, blocks=[Paragraph(text=said), Grid(columns=columns, rows=rows)])


def importance(card: CardFacts) -> Section:
    """Feature importance, from training if measured there, else from the compliance gate; and the run's pictures."""
    measured = card.training.importance
    leaks = card.recorded(COMPLIANCE, "leaks") or {}
    shares = measured or dict(sorted(leaks.get("shares", {}).items(), key=lambda each: -each[1]))
    where = "the newest calibration period, by training" if measured else "the hold-out, by the compliance gate"
    rows = [(name, f"{share:.1%}") for name, share in shares.items()]
    if not rows:
        return Section(title="What it goes by", blocks=[Paragraph(text="Importance was not measured.")])
    said = f"How much worse its answers get if a feature is shuffled, as a share of all these losses, on {where}."
    return Section(
        title="What it goes by", blocks=[Paragraph(text=said), Grid(columns=("feature", "share"), rows=rows)]
    )


def pictures(card: CardFacts) -> Section | None:
    """The pictures that the run keeps; None without any."""
    kept = card.training.pictures
    return Section(title="Pictures of the training", blocks=kept) if kept else None
