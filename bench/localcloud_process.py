"""The process that `bench.localcloud` measures: the local cloud without Spark, or an echo server with empty responses.

`python -m bench.localcloud_process cloud HOME` serves until its standard input ends, and prints a line of JSON when it
answers and one when its parts are ready. `echo` serves an empty response with the same server.
"""

import json
import sys
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse

from localcloud.kernel.listeners import Listeners
from localcloud.services.jobs.workers import Workers
from localcloud.services.mlflow.server import MlflowServer


def main() -> None:
    """Serve as requested."""
    if sys.argv[1] == "echo":
        _echo()
    else:
        _cloud(Path(sys.argv[2]))


def _cloud(home: Path) -> None:
    """Starts like the local cloud, with its parts in parallel."""
    mlflow, workers = MlflowServer(home), Workers(home)
    for part in (workers, mlflow):
        part.launch()
    try:
        from localcloud.app import serve  # noqa: PLC0415 - the parts already start
        from localcloud.kernel import identity  # noqa: PLC0415
        from localcloud.kernel.cloud import Cloud  # noqa: PLC0415
        from localcloud.kernel.store import Store  # noqa: PLC0415
        from localcloud.services.jobs.runner import Runner  # noqa: PLC0415

        cloud = Cloud(home=home, store=Store(home / "state.db"))
        listeners = serve(cloud)
        _say(
            port=cloud.account_port,
            token=identity.ensure_admin(cloud),
            urls={w.name: w.url for w in cloud.workspaces()},
        )
        workers.wait_ready()
        cloud.mlflow_url = mlflow.wait_ready()
        Runner.attach(cloud, workers)
        _say(ready=True)
        sys.stdin.read()
        listeners.close()
    finally:
        for part in (workers, mlflow):
            part.stop()


def _echo() -> None:
    """An empty response from the same HTTP server: the upper bound on this machine."""
    listeners = Listeners(JSONResponse({}))
    _say(port=listeners.open("echo"))
    sys.stdin.read()
    listeners.close()


def _say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
