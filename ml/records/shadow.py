"""A challenger's answers to an endpoint's requests, beside the live answers."""

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text

SHADOW_ANSWERS = Table(
    name="shadow_answers",
    layer=Layer.OPS,
    columns=(
        text("request_id", "Id of the request, as in the inference table."),
        Column(name="row_number", type="int", comment="Position of the row in the request; the first is 0."),
        text("model", "Full name of the registered model."),
        Column(name="version", type="int", comment="The challenger, which answered in a job."),
        Column(name="requested_at", type="timestamp", comment="When the request was made (UTC)."),
        text("entity", "The served entity that answered the caller."),
        text("answer", "JSON object: the answer to the caller."),
        text("shadow_answer", "JSON object: the challenger's answer; null if it refused.", nullable=True),
        text("refused", "Why the challenger refused; null if it answered.", nullable=True),
        text("run_id", "The job run that queried the challenger."),
    ),
    keys=("request_id", "row_number", "model", "version"),
    owner=OWNER,
    comment="One row per row of a request, model and challenger: both answers. It holds no keys or features.",
)
