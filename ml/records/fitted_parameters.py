"""The fitted parameters of the parts of model versions, for queries; a version itself carries its own copy."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text

# It is written after a version is registered.
RETRAINS = False

FITTED_PARAMETERS = Table(
    name="fitted_parameters",
    layer=Layer.OPS,
    columns=(
        text("model", "Full name of the registered model."),
        Column(name="model_version", type="int", comment="Version of the registered model."),
        text("part", "The part of the model, such as a series; empty: it answers for parts that are not in the table."),
        text("method", "What answers for the part, in words."),
        text("weights", "JSON object: the share of each method in the answer, without zeros."),
        text("parameters", "JSON object: the fitted value of each parameter of these methods."),
        Column(name="error", type="double", comment="Root mean square of its errors, in the scale of the part."),
        Column(name="rows", type="bigint", comment="Number of rows behind it."),
        Column(name="fitted_for", type="int", comment="The version it was fitted for; an earlier one if it was kept."),
        Column(
            name="fitted_until",
            type="date",
            comment="The newest period it was fitted on; null for versions that do not tell.",
            nullable=True,
        ),
        text("reason", "Why it answers; empty if it was fitted for this version and nothing speaks against it."),
        text("run_id", "The job run that recorded it."),
        Column(name="recorded_at", type="timestamp", comment="When (UTC)."),
    ),
    keys=("model", "model_version", "part"),
    owner=OWNER,
    comment="One row per model, version and part of it: method, weights, parameters and the fit behind them.",
)
