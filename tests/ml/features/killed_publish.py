"""Publishes in a process of its own, which is killed with SIGKILL at a named point.

`python -m tests.ml.features.killed_publish POINT`, in the workspace that `DATABRICKS_HOST` and `DATABRICKS_TOKEN` name,
on the Spark server of `SPARK_REMOTE`. Nothing can clean up after SIGKILL.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient

from ml import runtime
from ml.features import publish as stage
from ml.features import sync
from ml.features.online_stores import OnlineStores
from ml.parameters import Common
from ml.tables import Tables
from ml.tables.unity_rest import UnityRestBackend
from ml.usecases.credit.declaration import USE_CASE as CREDIT

# What is called there, and whether it is done by then.
POINTS: dict[str, tuple[object, str, bool]] = {
    "the key is not yet declared": (stage, "ensure_primary_key", False),
    "the key is declared": (stage, "ensure_primary_key", True),
    "changes are kept": (Tables, "track_changes", True),
    "publishing is not yet asked for": (OnlineStores, "publish", False),
    "publishing is asked for": (OnlineStores, "publish", True),
    "the copy runs": (sync, "newest_since", True),
    "the copy is done": (stage, "wait_for_sync", True),
}


def kill_at(point: str, patch: pytest.MonkeyPatch) -> None:
    """From now on the process kills itself at the point."""
    owner, name, done = POINTS[point]
    usual: Callable[..., Any] = getattr(owner, name)

    def killed(*given: Any, **named: Any) -> Any:
        if done:
            usual(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    patch.setattr(owner, name, killed)


def main(point: str) -> None:
    """Publish credit's feature table of `prod`, and be killed at the point."""
    workspace = WorkspaceClient()
    with pytest.MonkeyPatch.context() as patch:
        kill_at(point, patch)
        tables = Tables(runtime.spark(), UnityRestBackend(workspace.api_client))
        (table,) = stage.served_tables(CREDIT)
        stage.publish(tables, workspace, Common(use_case=CREDIT, catalog="prod", run_id="1"), table)


if __name__ == "__main__":
    main(*sys.argv[1:])
