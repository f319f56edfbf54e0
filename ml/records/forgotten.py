"""Forgotten people, and the rows that were removed for them."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text

FORGOTTEN = Table(
    name="forgotten",
    layer=Layer.OPS,
    columns=(
        text("person", "Hash of the key with a secret that only ingest's principal can read."),
        text("key_column", "The column that names a person."),
        text("request", "Id of the request, also used in the record of removed predictions."),
        text("run_id", "The job run."),
        text("reason", "Why."),
        text("forgotten_by", "Who asked for it, and the principal that did it."),
        Column(name="forgotten_at", type="timestamp", comment="When it was asked for (UTC)."),
    ),
    keys=("person",),
    owner=OWNER,
    comment="One row per forgotten person: who asked, when, why. Ingest takes in no record of that person.",
)

FORGOTTEN_PREDICTIONS = Table(
    name="forgotten_predictions",
    layer=Layer.OPS,
    columns=(
        text("request", "Id of the request, as in `forgotten`."),
        text("run_id", "The job run."),
        Column(name="rows", type="bigint", comment="Predictions that were removed."),
        Column(name="forgotten_at", type="timestamp", comment="When (UTC)."),
    ),
    keys=("request",),
    owner=OWNER,
    comment="One row per request to forget a person: how many predictions it removed.",
)
