"""Tables that were restored to an earlier version, by whom and why."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text

RESTORES = Table(
    name="restores",
    layer=Layer.OPS,
    columns=(
        text("run_id", "The job run."),
        text("table_name", "Full name of the table."),
        Column(name="from_version", type="bigint", comment="The table's version at the time of the request."),
        Column(name="to_version", type="bigint", comment="The version that was restored."),
        text("reason", "Why."),
        text("restored_by", "Who asked for it, and the principal that did it."),
        Column(name="restored_at", type="timestamp", comment="When it was asked for (UTC)."),
    ),
    keys=("run_id", "table_name"),
    owner=OWNER,
    comment="One row per request to restore an earlier version of a table: who, when, from, to, why.",
)
