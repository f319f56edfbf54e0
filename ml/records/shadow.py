"""A challenger's answers to an endpoint's requests, beside the live answers."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text

SHADOW_ANSWERS = Table(
    name="shadow_answers",
    layer=Layer.OPS,
    columns=(
        text("request_id", "The request, as the inference table names it."),
        Column(name="row_number", type="int", comment="The row of the request; the first is 0."),
        text("model", "Full name of the registered model."),
        Column(name="version", type="int", comment="The challenger, which answered in a job."),
        Column(name="requested_at", type="timestamp", comment="When it was asked (UTC)."),
        text("entity", "The served entity that answered the caller."),
        text("answer", "JSON object: what the caller got."),
        text("shadow_answer", "JSON object: what the challenger answers; null: it refuses.", nullable=True),
        text("refused", "Why it refuses; null: it answers.", nullable=True),
        text("run_id", "The job run that asked the challenger."),
    ),
    keys=("request_id", "row_number", "model", "version"),
    owner=OWNER,
    comment="One row per row of a request, model and challenger: both answers. It holds no key and no feature.",
)
