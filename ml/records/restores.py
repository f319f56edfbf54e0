"""Tables that were restored to an earlier version, by whom and why."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text

RESTORES = Table(
    name="restores",
    layer=Layer.OPS,
    columns=(
        text("run_id", "The job run."),
        text("table_name", "Full name of the table."),
        Column(name="from_version", type="bigint", comment="The version that it had when this was asked for."),
        Column(name="to_version", type="bigint", comment="The version that it was taken back to."),
        text("reason", "Why."),
        text("restored_by", "Who asked for it, and the principal that did it."),
        Column(name="restored_at", type="timestamp", comment="When it was asked for (UTC)."),
    ),
    keys=("run_id", "table_name"),
    owner=OWNER,
    comment="One row per request to take a table back to an earlier version: who, when, from, to, why.",
)
