"""Predictions, as scoring writes them."""

from ml.declarations import Column, Layer, Model, Rescore, Table, UseCase, outputs
from ml.records.columns import text

# The column of a prediction that identifies its features.
FEATURES_HASH = "features_hash"


def features_hash_sql(model: Model) -> str:
    """Spark SQL for the SHA-256 of the model's features by name, as JSON; nulls are left out."""
    return f"sha2(to_json(struct({', '.join(f'`{name}`' for name in sorted(model.features))})), 256)"


def predictions(use_case: UseCase) -> Table:
    """One row per key, event time, model and version, with the model's answer. Null: columns that it does not answer.

    If a model rescores on change, one more row for each run that found changed features.
    """
    models = use_case.models
    first = models[0]
    key, event_time = first.feature_table.keys, first.feature_table.event_time
    again = ("run_id",) if any(model.rescore is Rescore.ON_CHANGE for model in models) else ()
    return Table(
        name="predictions",
        layer=Layer.GOLD,
        columns=(
            *outputs.rows(first),
            Column(name="model_version", type="int", comment="Version of the registered model."),
            text("model", "Full name of the registered model."),
            *outputs.columns(models),
            text("run_id", "The job run that scored the row."),
            Column(name="scored_at", type="timestamp", comment="When the row was scored (UTC)."),
            text(
                FEATURES_HASH,
                "SHA-256 of the model's input features; null for rows from before this was recorded.",
                nullable=True,
            ),
        ),
        keys=(*key, event_time, "model", "model_version", *again),
        owner=first.owner,
        comment=f"One row per {', '.join(key)}, {event_time}, model and version: "
        + " ".join(model.comment for model in models),
    )


def totals(model: Model) -> Table | None:
    """One row per event time and total of the model's predictions, the newest; None for a model without totals."""
    declared, event_time = model.problem.totals, model.feature_table.event_time
    if declared is None:
        return None
    return Table(
        name=f"{model.name}_totals",
        layer=Layer.GOLD,
        columns=(
            model.feature_table.source.column(event_time),
            *declared.columns,
            Column(name="model_version", type="int", comment="Version of the registered model."),
            text("run_id", "The job run that scored the newest of its rows."),
            Column(name="scored_at", type="timestamp", comment="When that was (UTC)."),
        ),
        keys=(event_time, *declared.keys),
        owner=model.owner,
        comment=f"One row per {event_time} and total of the predictions, which agree with it: {model.comment}",
    )


def late_rows(use_case: UseCase) -> Table:
    """One row per key, event time, model and features that arrived too late to be scored, without an answer."""
    first = use_case.models[0]
    key, event_time = first.feature_table.keys, first.feature_table.event_time
    return Table(
        name="predictions_late",
        layer=Layer.GOLD,
        columns=(
            *outputs.rows(first),
            text("model", "Full name of the registered model."),
            Column(name="watermark", type="timestamp", comment="Events older than this were late (UTC)."),
            text("run_id", "The job run that refused the row."),
            Column(name="refused_at", type="timestamp", comment="When the row was refused (UTC)."),
            text(FEATURES_HASH, "SHA-256 of the features that the model would have received."),
        ),
        keys=(*key, event_time, "model", FEATURES_HASH),
        owner=first.owner,
        comment=f"One row per {', '.join(key)}, {event_time} and model that came too late to be scored.",
    )
