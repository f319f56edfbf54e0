"""The record of a person's approval, for models with manual sign-off and for versions that were rolled back."""

from ml.declarations import Column, Layer, Table

APPROVALS = Table(
    name="approvals",
    layer=Layer.OPS,
    columns=(
        Column(name="model", type="string", comment="Full name of the registered model."),
        Column(name="version", type="int", comment="Version of the registered model."),
        Column(name="approved_by", type="string", comment="The person who approves."),
        Column(name="reason", type="string", comment="Why it is approved."),
        Column(name="recorded_by", type="string", comment="Who started the run that recorded it."),
        Column(name="run_id", type="string", comment="The job run that recorded it."),
        Column(name="approved_at", type="timestamp", comment="When it was approved (UTC)."),
    ),
    keys=("model", "version", "approved_by", "run_id"),
    owner="model-risk",
    comment="One row per model version, person and run: that person approves the version.",
)
