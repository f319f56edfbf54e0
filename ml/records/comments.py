"""Comments on model versions: their table, and the comments on one version."""

from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text
from ml.tables import Tables

COMMENTS = Table(
    name="comments",
    layer=Layer.OPS,
    columns=(
        text("model", "Full name of the registered model."),
        Column(name="version", type="int", comment="Version of the registered model."),
        text("comment", "The comment as it was written."),
        text("commented_by", "The person who wrote it."),
        text("recorded_by", "Who started the run that recorded it."),
        text("run_id", "The job run that recorded it."),
        Column(name="commented_at", type="timestamp", comment="When it was recorded (UTC)."),
    ),
    keys=("model", "version", "run_id"),
    owner=OWNER,
    comment="One row per comment on a model version: who wrote what, and when.",
)


@dataclass(frozen=True, kw_only=True)
class Comment:
    """One comment."""

    comment: str
    commented_by: str
    commented_at: datetime


def comments_on(tables: Tables, ops_schema: str, model: str, version: int) -> tuple[Comment, ...]:
    """The comments on a version, oldest first; none if the table does not exist yet."""
    name = f"{ops_schema}.{COMMENTS.name}"
    if not tables.exists(name):
        return ()
    mine = (F.col("model") == model) & (F.col("version") == version)
    rows = tables.read(name).where(mine).select(*Comment.__dataclass_fields__).collect()
    return tuple(sorted((Comment(**row.asDict()) for row in rows), key=lambda each: each.commented_at))
