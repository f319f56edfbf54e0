"""Runs scoring, as a stream with every sink, in a process of its own that is killed with SIGKILL at a named point.

`python -m tests.ml.scoring.killed_scorer ROOT RUN_ID SECRETS [POINT]`: on the lake under ROOT, with the Spark server
and the MLflow server that the environment names. SECRETS is a JSON object of what the sinks ask for.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ml.declarations import FilesFormat, FilesSink, KafkaSink, Login, PostgresSink, Streaming
from tests.ml.killed_stages import Point, kill_at
from tests.ml.scoring.live import CATALOG, CREDIT

POINTS = {
    "the batch is planned": Point(name="plan", of="scoring/credit", done=True),
    "predictions are not yet written": Point(name="append_batch", of="gold.predictions", done=False),
    "predictions are written": Point(name="append_batch", of="gold.predictions", done=True),
    "scoring is committed": Point(name="commit", of="scoring/credit", done=True),
    "the database has its rows, its checkpoint not": Point(name="commit", of="credit/postgres-{}", done=False),
    "the topic has its messages, its checkpoint not": Point(name="commit", of="credit/kafka-{}", done=False),
    "the files are there, their checkpoint not": Point(name="commit", of="credit/files-parquet", done=False),
}


def declared(table: str, topic: str) -> tuple[PostgresSink, KafkaSink, FilesSink]:
    """The sinks."""
    return (
        PostgresSink(table=table, secrets="pg", encrypted=False),
        KafkaSink(topic=topic, secrets="bus", login=Login.NONE),
        FilesSink(format=FilesFormat.PARQUET),
    )


def main(root: str, run_id: str, told: str, point: str = "") -> None:
    """Score and deliver, and be killed at the point called so."""
    from ml import runtime  # noqa: PLC0415
    from ml.scoring import batch  # noqa: PLC0415
    from ml.sinks import opening  # noqa: PLC0415
    from ml.usecases import USE_CASES  # noqa: PLC0415
    from tests.ml.lake import Lake  # noqa: PLC0415

    given = json.loads(told)
    sinks = declared(given["table"], given["topic"])
    model = replace(CREDIT.models[0], streaming=Streaming(), sinks=sinks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(USE_CASES, "credit", replace(CREDIT, models=(model,)))
        patch.setattr(opening, "read_secret", lambda _, key: given["secrets"][key])
        lake = Lake(Path(root), runtime.spark(), patch)
        if point:
            named = POINTS[point]
            sink = given["table"] if "postgres" in named.of else given["topic"]
            kill_at(replace(named, of=named.of.format(sink)), patch)
        lake.run(batch, run_id, catalog=CATALOG, secret_scope="local")


if __name__ == "__main__":
    main(*sys.argv[1:])
