"""Tables that monitoring keeps in the ops layer."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text


def _number(name: str, comment: str) -> Column:
    return Column(name=name, type="double", comment=comment, nullable=True)


_PERIOD = Column(name="period", type="date", comment="First day of the period.")
_MODEL = text("model", "Full name of the registered model.")

METRICS = Table(
    name="metrics",
    layer=Layer.OPS,
    columns=(
        _PERIOD,
        _MODEL,
        Column(
            name="model_version", type="int", comment="The version that scored the period, or was live at the time."
        ),
        text("metric", "Name of the metric: psi and others that every model has, or one of the model's problem."),
        text("column", "Feature, group attribute, output or <attribute>=<group>; empty for the whole period."),
        text("kind", "data_quality, drift, performance or fairness."),
        _number("value", "The measured value; null if unknown."),
        _number("threshold_low", "A value below is a breach; null for no bound. Includes the noise bound."),
        _number("threshold_high", "A value above is a breach; null for no bound. Includes the noise bound."),
        _number("reference_value", "The value of the reference; null if there is none."),
        _number("lower", "Lower end of the value's 95 % interval; null if unknown."),
        _number("upper", "Upper end of the value's 95 % interval; null if unknown."),
        _number("error", "Standard error of the value; null if unknown."),
        _number("reference_error", "Standard error of reference_value; null if unknown."),
        text(
            "slice", "The condition of a detected slice; null for all rows, or for the rows of `column`.", nullable=True
        ),
        text("verdict", "ok, warn, breach, unknown, or recorded if no limit is declared."),
        text("reason", "The verdict in words, with the figures."),
        Column(name="rows", type="bigint", comment="Number of measured rows."),
        text("reference", "The reference of the period: tables with versions, and periods."),
        Column(name="in_training", type="boolean", comment="Whether the version was fitted on this period."),
        text(
            "fingerprint",
            "Fingerprint of the period's data, predictions and outcomes; if it changes, the period is measured again.",
        ),
        text("run_id", "The job run that measured."),
        Column(name="measured_at", type="timestamp", comment="When it was measured (UTC)."),
    ),
    keys=("period", "model", "model_version", "metric", "column"),
    owner=OWNER,
    comment="One row per period, model, its version, metric and column: value, thresholds and verdict.",
)

_OF_FIGURES = (
    "period",
    "model",
    "model_version",
    "metric",
    "column",
    "kind",
    "value",
    "lower",
    "upper",
    "error",
    "rows",
)
# The figures of `METRICS` without verdicts, as a pipeline makes them for each model. `model_version` is null for a
# period that no version has scored.
FIGURES = (
    *(METRICS.column(name) for name in _OF_FIGURES),
    text("why_unknown", "Why there is no value; null if there is one.", nullable=True),
)

DECISIONS = Table(
    name="decisions",
    layer=Layer.OPS,
    columns=(
        _PERIOD,
        _MODEL,
        text("action", "nothing, alert or retrain."),
        text("reason", "Why, in plain words."),
        text("evidence", "JSON object: live_version, newest_version, causes, unknown, holdout_start, awaited."),
        Column(
            name="cool_down_until",
            type="date",
            comment="No further retraining is requested before this day; null if none was.",
            nullable=True,
        ),
        text("run_id", "The job run that decided."),
        Column(name="decided_at", type="timestamp", comment="When it was decided (UTC)."),
    ),
    keys=("period", "model"),
    owner=OWNER,
    comment="One row per period and model: the decision, its reason and the evidence.",
)

ALERTS = Table(
    name="alerts",
    layer=Layer.OPS,
    columns=(
        text("key", "<kind>:<first period>. The same cause in later periods updates its alert."),
        _MODEL,
        Column(name="since_period", type="date", comment="First period with the cause."),
        Column(name="last_period", type="date", comment="Newest period with the cause."),
        text("what", "What has changed."),
        text("how_much", "By how much, against which limit."),
        text("what_to_do", "What to do about it."),
        text(
            "status",
            "open while the newest period has the cause, then closed; acknowledged, snoozed or resolved if a person "
            "says so.",
        ),
        text("slice", "The affected groups, or all rows.", nullable=True),
        text("destination", "The recipient, as named by the use case.", nullable=True),
        text("handled_by", "Who last acknowledged, snoozed or resolved it; null if nobody did.", nullable=True),
        Column(
            name="snoozed_until",
            type="date",
            comment="First period in which a snoozed alert is sent again; null if it is not snoozed.",
            nullable=True,
        ),
        Column(name="attempts", type="int", comment="Number of attempts of its latest delivery."),
        text("delivered_to", "Where it was delivered; null if not yet.", nullable=True),
        text("last_error", "Why the last delivery failed; null if it did not fail.", nullable=True),
        Column(
            name="delivered_at",
            type="timestamp",
            comment="When it was delivered (UTC); null if not yet.",
            nullable=True,
        ),
        Column(
            name="told_period",
            type="date",
            comment="Newest period when it was last sent; null if never.",
            nullable=True,
        ),
        text("told_status", "Its status when it was last sent; null if never.", nullable=True),
        text("news", "Reason and status in its latest delivery, successful or not; null if never.", nullable=True),
        text("run_id", "The job run that last changed this row."),
    ),
    keys=("key", "model"),
    owner=OWNER,
    comment="One row per alert of a model: what changed, how much, since when, what to do, whether it was delivered.",
)

ALERT_ACTIONS = Table(
    name="alert_actions",
    layer=Layer.OPS,
    columns=(
        text("key", "The alert."),
        _MODEL,
        text("action", "acknowledge, snooze or resolve."),
        Column(name="seen_period", type="date", comment="Newest decided period at that time."),
        Column(
            name="until_period",
            type="date",
            comment="First period in which a snoozed alert is sent again; null for other actions.",
            nullable=True,
        ),
        text("reason", "Why."),
        text("handled_by", "The named person."),
        text("recorded_by", "Who started the run that recorded it."),
        text("run_id", "The job run that recorded it."),
        Column(name="handled_at", type="timestamp", comment="When (UTC)."),
    ),
    keys=("key", "model", "run_id"),
    owner=OWNER,
    comment="One row per action of a person on an alert: who, when, what, why, and until when.",
)
