"""The record of a person's approval, for models whose sign-off is manual."""

from ml.declarations import Column, Layer, Table

APPROVALS = Table(
    name="approvals",
    layer=Layer.OPS,
    columns=(
        Column(name="model", type="string", comment="Full name of the registered model."),
        Column(name="version", type="int", comment="Version of the registered model."),
        Column(name="approved_by", type="string", comment="The person who approves."),
        Column(name="reason", type="string", comment="Why it is approved."),
        Column(name="approved_at", type="timestamp", comment="When it was approved (UTC)."),
    ),
    keys=("model", "version", "approved_by"),
    owner="model-risk",
    comment="One row per model version and person: that person approves the version.",
)
