"""Tables that the stages themselves keep: bronze, quarantine, predictions, and the records of runs.

Every record table appends; a row is written once per run and never changed.
"""

from dataclasses import replace

from ml.declarations import Column, Feed, Layer, Rescore, Table, UseCase

OWNER = "ml-engineers"

# The column of a prediction that says which features it was made from.
FEATURES_HASH = "features_hash"

RECORD_KEYS = ("_source_file", "_source_sha256", "_row_number")


def _text(name: str, comment: str, *, nullable: bool = False, sensitive: bool = False) -> Column:
    return Column(name=name, type="string", comment=comment, nullable=nullable, sensitive=sensitive)


_RECORD_COLUMNS = (
    _text("_source_file", "The file the record came in, as /Volumes/…"),
    _text("_source_sha256", "SHA-256 of the file's bytes."),
    Column(name="_row_number", type="bigint", comment="Position of the record in its file; the first is 1."),
    Column(name="_loaded_at", type="timestamp", comment="When the file was loaded (UTC)."),
    _text("_fields", "What fits no columns, as received: JSON, a list of fields or an object.", nullable=True),
)


def bronze(feed: Feed) -> Table:
    """One row per received record: every raw column as text, under its silver name, and where it came from.

    A raw header such as `default.payment.next.month` is no column name that every tool takes; its silver name is.
    """
    raw = tuple(
        _text(column.name, f"{column.raw_name} as received.", nullable=True, sensitive=column.sensitive)
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
    """The feed's silver table as it is written: with the record that each row came from, and when that arrived.

    They are nullable because a table of an earlier release lacks them until its first whole computation.
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
        columns=(*received.columns, _text("_reason", "Why the record was rejected.")),
        comment=f"One row per record of feed {feed.name} that {feed.silver.name} rejects.",
    )


def outcome_quarantine(use_case: UseCase) -> Table:
    """One row per silver outcome that belongs to no known event, and `_reason`. It leaves once the event arrives."""
    outcome = use_case.model.outcome
    return replace(
        outcome.source,
        name=f"{outcome.table.name}_quarantine",
        layer=outcome.table.layer,
        columns=(*outcome.source.columns, _text("_reason", "Why the outcome cannot be used.")),
        comment=f"One row per row of {outcome.source.name} that {outcome.table.name} cannot take.",
    )


def predictions(use_case: UseCase) -> Table:
    """One row per key, event time and model version: the predicted probability.

    With `rescore` on change, one row more for each run that found the features changed.
    """
    features = use_case.model.feature_table
    again = ("run_id",) if use_case.model.rescore is Rescore.ON_CHANGE else ()
    return Table(
        name="predictions",
        layer=Layer.GOLD,
        columns=(
            *(features.source.column(name) for name in (*features.keys, features.event_time)),
            Column(name="model_version", type="int", comment="Version of the registered model."),
            _text("model", "Full name of the registered model."),
            Column(name="probability", type="double", comment=use_case.model.comment, minimum=0, maximum=1),
            _text("run_id", "The job run that scored the row."),
            Column(name="scored_at", type="timestamp", comment="When the row was scored (UTC)."),
            _text(
                FEATURES_HASH, "SHA-256 of the features that the model saw; null before these were kept.", nullable=True
            ),
        ),
        keys=(*features.keys, features.event_time, "model_version", *again),
        owner=use_case.model.owner,
        comment=f"One row per {features.key}, {features.event_time} and model version: {use_case.model.comment}",
    )


INGEST_FILES = Table(
    name="ingest_files",
    layer=Layer.OPS,
    columns=(
        _text("run_id", "The job run."),
        _text("table_name", "Full name of the table that the rows were meant for."),
        _text("source_file", "The file the rows came in."),
        _text("source_sha256", "SHA-256 of the file's bytes; empty where it could not be read."),
        _text("verdict", "What became of the records; `ml/ingest/accounts.py` lists the verdicts."),
        _text("reason", "Why the file was refused or waits; null else.", nullable=True),
        Column(name="rows_in", type="bigint", comment="Records received."),
        Column(name="rows_kept", type="bigint", comment="Records that the table holds."),
        Column(name="rows_quarantined", type="bigint", comment="Records that the quarantine holds."),
        Column(name="recorded_at", type="timestamp", comment="When this was recorded (UTC)."),
        # Nullable because earlier releases, which removed nothing, did not record it.
        Column(
            name="rows_removed", type="bigint", comment="Records that left: rows in = the other three.", nullable=True
        ),
    ),
    keys=("run_id", "table_name", "source_file", "source_sha256"),
    owner=OWNER,
    comment="One row per batch, table, source file and verdict: how many rows came in, were kept, or left.",
)

WITHDRAWALS = Table(
    name="withdrawals",
    layer=Layer.OPS,
    columns=(
        _text("run_id", "The job run."),
        _text("table_name", "Full name of the bronze table."),
        _text("source_file", "The delivery, as /Volumes/…"),
        _text("source_sha256", "SHA-256 of its bytes."),
        Column(name="rows", type="bigint", comment="Records that it had brought."),
        Column(name="bronze_version", type="bigint", comment="A version of the bronze table that still has them."),
        _text("reason", "Why it was withdrawn."),
        _text("withdrawn_by", "Who asked for it, and the principal that did it."),
        Column(name="withdrawn_at", type="timestamp", comment="When it was asked for (UTC)."),
    ),
    keys=("table_name", "source_file", "source_sha256"),
    owner=OWNER,
    comment="One row per delivery that was withdrawn: who, when, why. Bronze has none of its records.",
)

INGEST_ARRIVALS = Table(
    name="ingest_arrivals",
    layer=Layer.OPS,
    columns=(
        _text("feed", "The feed."),
        _text("name", "The file, below the feed's folder."),
        Column(name="size_bytes", type="bigint", comment="Its size."),
        Column(name="changed_ns", type="bigint", comment="When it was changed, in nanoseconds since 1970 (UTC)."),
        Column(name="found_at", type="timestamp", comment="When Auto Loader told of it (UTC)."),
    ),
    keys=("feed", "name", "changed_ns"),
    owner=OWNER,
    comment="One row per file and change that Auto Loader told of, for the feeds that declare it.",
)

GATE_RESULTS = Table(
    name="gate_results",
    layer=Layer.OPS,
    columns=(
        _text("run_id", "The job run."),
        _text("model", "Full name of the registered model."),
        Column(name="version", type="int", comment="Version of the registered model."),
        _text("gate", "compliance, comparison, infrastructure or sign_off."),
        _text("verdict", "pass or fail."),
        _text("reason", "The verdict in plain words, with the figures."),
        _text("inputs", "JSON object: what was measured."),
        _text("thresholds", "JSON object: what it was held against."),
        Column(name="decided_at", type="timestamp", comment="When it was decided (UTC)."),
        _text("decided_by", "The principal or person that decided."),
    ),
    keys=("run_id", "model", "version", "gate"),
    owner=OWNER,
    comment="One row per run, model version and gate: the verdict and what it rests on.",
)

PROMOTIONS = Table(
    name="promotions",
    layer=Layer.OPS,
    columns=(
        _text("run_id", "The job run."),
        _text("model", "Full name of the registered model."),
        _text("alias", "The alias that was moved."),
        Column(name="from_version", type="int", comment="Where it pointed before; null where nowhere.", nullable=True),
        Column(name="to_version", type="int", comment="Where it points now."),
        _text("cause", "gates, rollback, or serving: the endpoint could not serve it and what was live came back."),
        _text("reason", "Why it was moved."),
        _text("promoted_by", "The principal or person that moved it."),
        Column(name="promoted_at", type="timestamp", comment="When it was moved (UTC)."),
    ),
    # A run that promotes a version which the endpoint then cannot serve moves an alias twice.
    keys=("run_id", "model", "alias", "to_version"),
    owner=OWNER,
    comment="One row per alias change: who, when, from, to, why.",
)

FORGOTTEN = Table(
    name="forgotten",
    layer=Layer.OPS,
    columns=(
        _text("person", "Hash of the key with a secret that only ingest's principal can read."),
        _text("key_column", "The column that names a person."),
        _text("request", "The request, as the record of predictions also names it."),
        _text("run_id", "The job run."),
        _text("reason", "Why."),
        _text("forgotten_by", "Who asked for it, and the principal that did it."),
        Column(name="forgotten_at", type="timestamp", comment="When it was asked for (UTC)."),
    ),
    keys=("person",),
    owner=OWNER,
    comment="One row per person who is forgotten: who asked, when, why. Ingest takes no record of theirs.",
)

FORGOTTEN_PREDICTIONS = Table(
    name="forgotten_predictions",
    layer=Layer.OPS,
    columns=(
        _text("request", "The request, as `forgotten` names it."),
        _text("run_id", "The job run."),
        Column(name="rows", type="bigint", comment="Predictions that were removed."),
        Column(name="forgotten_at", type="timestamp", comment="When (UTC)."),
    ),
    keys=("request",),
    owner=OWNER,
    comment="One row per request to forget a person: how many predictions it removed.",
)
