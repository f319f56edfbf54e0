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
        Column(name="model_version", type="int", comment="The version that scored the period, or was live then."),
        text("metric", "What was measured: psi and what else every model has, or a metric of the model's problem."),
        text("column", "Feature, group attribute, answer or <attribute>=<group>; empty for the whole period."),
        text("kind", "data_quality, drift, performance or fairness."),
        _number("value", "The measured value; null where unknown."),
        _number("threshold_low", "A value below is a breach; null for no bound. Includes the noise bound."),
        _number("threshold_high", "A value above is a breach; null for no bound. Includes the noise bound."),
        _number("reference_value", "The same measure of the reference; null where there is none."),
        _number("lower", "Lower end of the value's 95 % interval; null where none is known."),
        _number("upper", "Upper end of the value's 95 % interval; null where none is known."),
        _number("error", "Standard error of the value; null where none is known."),
        _number("reference_error", "Standard error of reference_value; null where none is known."),
        text("verdict", "ok, warn, breach, unknown, or recorded where no limit is declared."),
        text("reason", "The verdict in plain words, with the figures."),
        Column(name="rows", type="bigint", comment="Rows that were measured."),
        text("reference", "What the period was held against: tables with versions, and periods."),
        Column(name="in_training", type="boolean", comment="Whether the version was fitted on this period."),
        text("fingerprint", "Of the period's data, predictions and outcomes; a change is measured again."),
        text("run_id", "The job run that measured."),
        Column(name="measured_at", type="timestamp", comment="When it was measured (UTC)."),
    ),
    keys=("period", "model", "model_version", "metric", "column"),
    owner=OWNER,
    comment="One row per period, model, its version, metric and column: value, thresholds and verdict.",
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
            comment="No retraining is asked for again before this day; null for none.",
            nullable=True,
        ),
        text("run_id", "The job run that decided."),
        Column(name="decided_at", type="timestamp", comment="When it was decided (UTC)."),
    ),
    keys=("period", "model"),
    owner=OWNER,
    comment="One row per period and model: what to do about it, why, and the evidence.",
)

ALERTS = Table(
    name="alerts",
    layer=Layer.OPS,
    columns=(
        text("key", "<kind>:<first period>. The same cause in later periods updates its alert."),
        _MODEL,
        Column(name="since_period", type="date", comment="First period with the cause."),
        Column(name="last_period", type="date", comment="Newest period with the cause."),
        text("what", "What changed."),
        text("how_much", "By how much, against which limit."),
        text("what_to_do", "What to do about it."),
        text("status", "open while the newest period still has the cause, then closed."),
        Column(name="attempts", type="int", comment="How often delivery was tried."),
        text("delivered_to", "webhook, or the file; null while undelivered.", nullable=True),
        text("last_error", "Why the last delivery failed; null where it did not.", nullable=True),
        Column(
            name="delivered_at", type="timestamp", comment="When it was delivered (UTC); null: not yet.", nullable=True
        ),
        text("run_id", "The job run that last changed this row."),
    ),
    keys=("key", "model"),
    owner=OWNER,
    comment="One row per alert of a model: what changed, how much, since when, what to do, whether it was delivered.",
)
