"""Ingest's records of deliveries: their arrival, the verdicts on their rows, and withdrawals."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text

INGEST_FILES = Table(
    name="ingest_files",
    layer=Layer.OPS,
    columns=(
        text("run_id", "The job run."),
        text("table_name", "Full name of the table that the rows were meant for."),
        text("source_file", "The file the rows came in."),
        text("source_sha256", "SHA-256 of the file's bytes; empty if it could not be read."),
        text("verdict", "Outcome for the records; `ml/ingest/file_log.py` lists the verdicts."),
        text("reason", "Why the file was refused or is waiting; null otherwise.", nullable=True),
        Column(name="rows_in", type="bigint", comment="Records received."),
        Column(name="rows_kept", type="bigint", comment="Records that the table holds."),
        Column(name="rows_quarantined", type="bigint", comment="Records that the quarantine holds."),
        Column(name="recorded_at", type="timestamp", comment="When this was recorded (UTC)."),
        # Nullable because earlier releases did not remove rows and did not record it.
        Column(
            name="rows_removed",
            type="bigint",
            comment="Records removed later; rows_in is the sum of the other three.",
            nullable=True,
        ),
    ),
    keys=("run_id", "table_name", "source_file", "source_sha256"),
    owner=OWNER,
    comment="One row per batch, table, source file and verdict: how many rows came in, were kept, or left.",
)

_DELIVERY = (
    text("feed", "The feed."),
    text("source_file", "The delivery, as /Volumes/…"),
    text("source_sha256", "SHA-256 of its bytes."),
)
_JUDGED_IN = (
    text("run_id", "The job run that judged it."),
    Column(name="judged_at", type="timestamp", comment="When it was judged (UTC)."),
)

DELIVERIES = Table(
    name="deliveries",
    layer=Layer.OPS,
    columns=(
        *_DELIVERY,
        text("verdict", "ok, unknown, warn or fail: the worst verdict of its expectations."),
        text("reason", "Unmet and unknown expectations; empty if there are none."),
        Column(
            name="newest_period",
            type="date",
            comment="First day of its newest record's period; null if it has no records.",
            nullable=True,
        ),
        Column(name="rows", type="bigint", comment="Records that silver accepted."),
        *_JUDGED_IN,
    ),
    keys=("feed", "source_file", "source_sha256"),
    owner=OWNER,
    comment="One row per delivery of a feed with expectations: the verdict at its arrival.",
)

DELIVERY_CHECKS = Table(
    name="delivery_checks",
    layer=Layer.OPS,
    columns=(
        *_DELIVERY,
        text("expectation", "<kind>, or <kind>:<columns>."),
        text("verdict", "ok, unknown, warn or fail."),
        Column(
            name="value", type="double", comment="The measured value; null if nothing could be measured.", nullable=True
        ),
        text("reason", "The verdict in words, with the figures."),
        text("details", "JSON: the reference for later deliveries; null if there is none.", nullable=True),
        *_JUDGED_IN,
    ),
    keys=("feed", "source_file", "source_sha256", "expectation"),
    owner=OWNER,
    comment="One row per delivery and expectation: what was measured, and the verdict.",
)

DELIVERY_ROWS = Table(
    name="delivery_rows",
    layer=Layer.OPS,
    columns=(
        *_DELIVERY,
        Column(
            name="row_number", type="bigint", comment="The record's place in the delivery, as in bronze and silver."
        ),
        text("expectation", "The expectation that the record does not meet."),
        text("reason", "Why, without its values."),
        *_JUDGED_IN,
    ),
    keys=("feed", "source_file", "source_sha256", "row_number", "expectation"),
    owner=OWNER,
    comment="One row per record and expectation that it does not meet, at most 1,000 of a delivery and expectation.",
)

WITHDRAWALS = Table(
    name="withdrawals",
    layer=Layer.OPS,
    columns=(
        text("run_id", "The job run."),
        text("table_name", "Full name of the bronze table."),
        text("source_file", "The delivery, as /Volumes/…"),
        text("source_sha256", "SHA-256 of its bytes."),
        Column(name="rows", type="bigint", comment="Number of its records."),
        Column(name="bronze_version", type="bigint", comment="A version of the bronze table that still has them."),
        text("reason", "Why it was withdrawn."),
        text("withdrawn_by", "Who asked for it, and the principal that did it."),
        Column(name="withdrawn_at", type="timestamp", comment="When it was asked for (UTC)."),
    ),
    keys=("table_name", "source_file", "source_sha256"),
    owner=OWNER,
    comment="One row per withdrawn delivery: who, when, why. Bronze no longer has its records.",
)

INGEST_ARRIVALS = Table(
    name="ingest_arrivals",
    layer=Layer.OPS,
    columns=(
        text("feed", "The feed."),
        text("name", "The file, below the feed's folder."),
        Column(name="size_bytes", type="bigint", comment="Its size."),
        Column(name="changed_ns", type="bigint", comment="When it was changed, in nanoseconds since 1970 (UTC)."),
        Column(name="found_at", type="timestamp", comment="When Auto Loader reported it (UTC)."),
    ),
    keys=("feed", "name", "changed_ns"),
    owner=OWNER,
    comment="One row per file and change reported by Auto Loader, for feeds that use it.",
)
