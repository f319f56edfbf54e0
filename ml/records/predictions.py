"""Predictions, as scoring writes them."""

from ml.declarations import Column, Layer, Rescore, Table, UseCase
from ml.records.columns import text

# The column of a prediction that says which features it was made from.
FEATURES_HASH = "features_hash"


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
            text("model", "Full name of the registered model."),
            Column(name="probability", type="double", comment=use_case.model.comment, minimum=0, maximum=1),
            text("run_id", "The job run that scored the row."),
            Column(name="scored_at", type="timestamp", comment="When the row was scored (UTC)."),
            text(
                FEATURES_HASH, "SHA-256 of the features that the model saw; null before these were kept.", nullable=True
            ),
        ),
        keys=(*features.keys, features.event_time, "model_version", *again),
        owner=use_case.model.owner,
        comment=f"One row per {features.key}, {features.event_time} and model version: {use_case.model.comment}",
    )
