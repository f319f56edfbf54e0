"""The process `python -m localcloud serve`: starts every part, says where they are, serves until told to end."""

import os
import signal
import threading
from pathlib import Path

from localcloud import identity, processes
from localcloud.app import serve as listen
from localcloud.cloud import Cloud
from localcloud.endpoint import Endpoint, write_endpoint
from localcloud.jobs.runner import Runner
from localcloud.jobs.workers import Workers
from localcloud.mlflow_server import MlflowServer
from localcloud.serving import service
from localcloud.spark_server import SparkServer
from localcloud.state import Store


def serve(home: Path, *, account_port: int = 0) -> None:
    """Serve the local cloud of `home` until SIGTERM or SIGINT.

    The slow parts start side by side, from the main thread, since the kernel ends them with the thread that
    started them. Whatever an earlier, killed server of this directory left behind is ended first.
    """
    processes.end_marked(home)
    os.environ[processes.MARK] = str(home)
    cloud = Cloud(home=home, store=Store(home / "state.db"))
    spark, mlflow, workers = SparkServer(home), MlflowServer(home), Workers(home)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    try:
        workers.launch()
        spark.launch()
        mlflow.launch()
        workers.wait_ready()
        cloud.mlflow_url = mlflow.wait_ready()
        cloud.spark_remote = spark.wait_ready()
        listeners = listen(cloud, account_port)
        token = identity.ensure_admin(cloud)
        Runner.attach(cloud, workers)
        serving = service.of(cloud)
        write_endpoint(home, _endpoint(cloud, token))
        over.wait()
        serving.stop()
        listeners.close()
    finally:
        for part in (workers, mlflow, spark):
            part.stop()


def _endpoint(cloud: Cloud, token: str) -> Endpoint:
    return Endpoint(
        account_url=f"http://127.0.0.1:{cloud.account_port}",
        admin_token=token,
        spark_remote=cloud.spark_remote,
        mlflow_url=cloud.mlflow_url,
        pid=os.getpid(),
    )
