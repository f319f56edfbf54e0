"""Bronze, silver and quarantine tables from a feed's declaration: received, kept and rejected records."""

from dataclasses import replace

from ml.declarations import Column, Feed, Layer, Outcome, Table
from ml.records.columns import text

RECORD_KEYS = ("_source_file", "_source_sha256", "_row_number")

_RECORD_COLUMNS = (
    text("_source_file", "The file the record came in, as /Volumes/…"),
    text("_source_sha256", "SHA-256 of the file's bytes."),
    Column(name="_row_number", type="bigint", comment="Position of the record in its file; the first is 1."),
    Column(name="_loaded_at", type="timestamp", comment="When the file was loaded (UTC)."),
    text("_fields", "Data that matches no column, as received: a JSON list of fields or an object.", nullable=True),
)


def bronze(feed: Feed) -> Table:
    """One row per received record: every raw column as text, under its silver name, and the record's origin.

    Not every tool accepts a raw header such as `default.payment.next.month` as a column name; its silver name works.
    """
    raw = tuple(
        text(column.name, f"{column.raw_name} as received.", nullable=True, sensitive=column.sensitive)
        for column in feed.received
    )
    return Table(
        name=feed.name,
        layer=Layer.BRONZE,
        columns=raw + _RECORD_COLUMNS,
        keys=RECORD_KEYS,
        owner=feed.silver.owner,
        comment=f"One row per record received in feed {feed.name}, exactly as received.",
    )


def silver(feed: Feed) -> Table:
    """The feed's silver table as it is written: with the source record of each row, and its arrival time.

    They are nullable because a table of an earlier release lacks them until its first full recomputation.
    """
    origin = tuple(replace(column, nullable=True) for column in _RECORD_COLUMNS if column.name != "_fields")
    return replace(feed.silver, columns=(*feed.silver.columns, *origin))


def quarantine(feed: Feed) -> Table:
    """One row per rejected record: the bronze row and `_reason`."""
    received = bronze(feed)
    return replace(
        received,
        name=f"{feed.silver.name}_quarantine",
        layer=feed.silver.layer,
        columns=(*received.columns, text("_reason", "Why the record was rejected.")),
        comment=f"One row per record of feed {feed.name} that {feed.silver.name} rejects.",
    )


def outcome_quarantine(outcome: Outcome) -> Table:
    """One row per silver outcome without a known event, and `_reason`. It leaves once the event arrives."""
    return replace(
        outcome.source,
        name=f"{outcome.table.name}_quarantine",
        layer=outcome.table.layer,
        columns=(*outcome.source.columns, text("_reason", "Why the outcome cannot be used.")),
        comment=f"One row per row of {outcome.source.name} that {outcome.table.name} cannot take.",
    )
