"""Sections about the version: its use, problem, data, features and code. Pure."""

from collections.abc import Iterator

from ml.declarations import Feature
from ml.gates.card.document import Grid, Paragraph, Points, Section
from ml.gates.card.facts import UNKNOWN, CardFacts, number
from ml.versions.gains import sentences
from ml.versions.training_run import LOWER, PROTECTED, ROWS, UPPER

_ROWS = {
    "available": "in the tables",
    "fitted": "fitted, tuned and calibrated on",
    "holdout": "held out",
    "sampled_out": "left out by the sample",
    "known_too_late": "left out: the outcome was known too late",
}


def purpose(card: CardFacts) -> Section:
    """Its intended use and users, and uses that are out of scope."""
    model, silent = card.model, "not declared: set {} in the model's declaration"
    rows = (
        ("answers", model.comment),
        ("use case", card.about),
        ("for", model.purpose or silent.format("purpose")),
        ("not for", model.not_for or silent.format("not_for")),
        ("owner", card.tags.get("owner", UNKNOWN)),
        ("licence of its data", card.tags.get("licence", UNKNOWN)),
        ("personal data", {"true": "yes", "false": "no"}.get(card.tags.get("contains_personal_data", ""), UNKNOWN)),
        ("trained because", f"{card.tags.get('reason', UNKNOWN)} (cause: {card.tags.get('cause', UNKNOWN)})"),
    )
    return Section(title="What it is for", blocks=[Grid(columns=("", ""), rows=rows)])


def problem(card: CardFacts) -> Section:
    """The question, and the columns of an answer."""
    declared, outcome = card.model.problem, card.model.outcome
    label = next((column.comment for column in outcome.table.columns if column.name == outcome.label), "")
    asked = f"{declared.name}: {outcome.label}. {label}"
    rows = [(column.name, column.type, column.unit or "", column.comment) for column in declared.output]
    return Section(
        title="Problem",
        blocks=[Paragraph(text=asked), Grid(columns=("answer", "type", "unit", "meaning"), rows=rows)],
    )


def data(card: CardFacts) -> Section:
    """Tables with their versions, the periods and the rows."""
    tags, metrics = card.tags, card.training.metrics
    tables = [(each.context, each.table, each.version) for each in card.training.tables]
    counted = [(said, number(metrics[f"{ROWS}{name}"])) for name, said in _ROWS.items() if f"{ROWS}{name}" in metrics]
    periods = [
        (said, f"{tags.get(f'{part}_first_period', UNKNOWN)} to {tags.get(f'{part}_last_period', UNKNOWN)}")
        for part, said in (("fitted", "fitted on events of"), ("holdout", "held out: events of"))
    ]
    known = ("outcomes known by", tags.get("cut_off", UNKNOWN))
    return Section(
        title="Training data",
        blocks=[
            Grid(columns=("read for", "table", "version"), rows=tables or [(UNKNOWN, UNKNOWN, UNKNOWN)]),
            Grid(columns=("periods, by their first day", ""), rows=[*periods, known]),
            Grid(columns=("examples", "rows"), rows=counted or [("all", UNKNOWN)]),
        ],
    )


def features(card: CardFacts) -> Section:
    """Its features, the source of each, and the gain from each optional source."""
    declared = {feature.name: feature for feature in card.model.feature_table.features}
    table = next((each.table for each in card.training.tables if each.context == "features"), UNKNOWN)
    rows = [_feature(name, declared.get(name)) for name in card.features]
    worth = sentences(card.tags)
    return Section(
        title="Features",
        blocks=[
            Paragraph(text=f"{len(rows)} features of {table}."),
            Grid(columns=("feature", "type", "unit", "meaning", "from"), rows=rows),
            *([Points(items=worth)] if worth else []),
        ],
    )


def _feature(name: str, declared: Feature | None) -> tuple[str, ...]:
    if declared is None:
        return name, "", "", "no longer declared", UNKNOWN
    reads = declared.reads
    source = reads.table.name if reads else "the event's own row"
    null = f" Null: {declared.null_meaning}" if declared.null_meaning else ""
    return name, declared.type, declared.unit or "", f"{declared.comment}{null}", source


def sensitive(card: CardFacts) -> Section:
    """Sensitive columns next to the features, and how much each protected column would have added."""
    taken = set(card.features)
    rows = [
        (feature.name, feature.comment, "yes" if feature.name in taken else "no", _added(card, feature.name))
        for feature in card.model.feature_table.features
        if feature.sensitive or feature.name in card.model.fairness_groups
    ]
    if not rows:
        said = "The feature table declares no sensitive column and no groups to compare."
        return Section(title="Sensitive columns", blocks=[Paragraph(text=said)])
    said = (
        "Readers without the right see null. The last column shows how much the problem's first measure would gain "
        "on the tuning periods if the model used it: measured in a separate fit, never part of this model."
    )
    columns = ("column", "meaning", "taken by the model", "would have added")
    return Section(title="Sensitive columns", blocks=[Paragraph(text=said), Grid(columns=columns, rows=rows)])


def _added(card: CardFacts, name: str) -> str:
    metrics, key = card.training.metrics, f"{PROTECTED}{name}"
    if name in card.features:
        return "it is taken"
    if key not in metrics:
        return "not measured"
    lower, upper = (number(metrics.get(f"{key}{end}"), signed=True) for end in (LOWER, UPPER))
    return f"{number(metrics[key], signed=True)} ({lower} to {upper})"


def code(card: CardFacts) -> Section:
    """Commit, code, learner and packages."""
    environment, tags = card.training.environment, card.tags
    settings = [f"{name}={value}" for name, value in sorted(card.training.params.items())]
    rows = [
        ("git commit", tags.get("git_commit", UNKNOWN)),
        ("SHA-256 of the code that trains", tags.get("code_sha256", UNKNOWN)),
        ("fingerprint of the training", tags.get("fingerprint", UNKNOWN)),
        ("MLflow run", card.training.run_id),
        ("learner and its parameters", ", ".join(settings) or UNKNOWN),
        ("Python", str(environment.get("python", UNKNOWN))),
        ("packages", ", ".join(_packages(card)) or UNKNOWN),
        ("served with", tags.get("requirements", UNKNOWN)),
    ]
    return Section(title="Code and packages", blocks=[Grid(columns=("", ""), rows=rows)])


def _packages(card: CardFacts) -> Iterator[str]:
    for name, version in sorted(card.training.environment.get("packages", {}).items()):
        yield f"{name} {version}"
