"""Runs ingest and features in a process of its own, which is killed with SIGKILL at a named point.

`python -m tests.ml.killed_stages ROOT RUN_ID [POINT]`: bronze, silver, then features of the narrow credit use case, on
the lake under ROOT, through the real door and the Spark server that `SPARK_REMOTE` names. Nothing can clean up after
SIGKILL: no `finally`, no `except`, no flush.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, kw_only=True)
class Point:
    """A call of method `name` of the door or of a checkpoint, on what, and whether it was `done` by then."""

    name: str
    of: str
    done: bool


POINTS = {
    "bronze is planned": Point(name="plan", of="bronze/labels", done=True),
    "bronze is not yet written": Point(name="append_batch", of="bronze.labels", done=False),
    "bronze is written": Point(name="append_batch", of="bronze.labels", done=True),
    "bronze is not yet accounted for": Point(name="append_batch", of="ops.ingest_files", done=False),
    "bronze is accounted for": Point(name="append_batch", of="ops.ingest_files", done=True),
    "bronze is committed": Point(name="commit", of="bronze/labels", done=True),
    "silver is planned": Point(name="plan", of="silver/labels", done=True),
    "silver is written, its quarantine not": Point(name="append_batch", of="silver.labels", done=True),
    "quarantine is written": Point(name="append_batch", of="silver.labels_quarantine", done=True),
    "silver is not yet committed": Point(name="commit", of="silver/labels", done=False),
    "silver is committed": Point(name="commit", of="silver/labels", done=True),
    "features are not yet written": Point(name="replace_part", of="gold.client_features", done=False),
    "features are written": Point(name="replace_part", of="gold.client_features", done=True),
    "outcomes wait, usable ones are missing": Point(
        name="replace_part", of="gold.client_outcomes_quarantine", done=True
    ),
    "outcomes are written": Point(name="replace_part", of="gold.client_outcomes", done=True),
    "features are not yet committed": Point(name="commit", of="gold/client_features", done=False),
}


def kill_at(point: Point, patch: pytest.MonkeyPatch) -> None:
    """From now on the process kills itself at the point."""
    from ml.streams.checkpoint import Checkpoint  # noqa: PLC0415
    from ml.tables import Tables  # noqa: PLC0415

    owner: Any = Checkpoint if point.name in ("plan", "commit") else Tables
    usual: Callable[..., Any] = getattr(owner, point.name)

    def killed(mine: Any, *given: Any, **named: Any) -> Any:
        touched = "/".join(mine._folder.parts[-2:]) if owner is Checkpoint else given[1].partition("credit_")[2]
        if touched != point.of:
            return usual(mine, *given, **named)
        if point.done:
            usual(mine, *given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody gets here")

    patch.setattr(owner, point.name, killed)


def main(root: str, run_id: str, name: str = "") -> None:
    """Run the stages, and be killed at the point called so."""
    from ml import runtime  # noqa: PLC0415
    from ml.features import build  # noqa: PLC0415
    from ml.ingest import bronze, silver  # noqa: PLC0415
    from tests.ml.lake import Lake  # noqa: PLC0415
    from tests.ml.small import declare, small  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        declare(patch, small())
        lake = Lake(Path(root), runtime.spark(), patch)
        if name:
            kill_at(POINTS[name], patch)
        for task in (bronze, silver, build):
            lake.run(task, run_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
