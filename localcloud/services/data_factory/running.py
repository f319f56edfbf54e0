"""One pipeline run in its own thread: its activities and its result."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.data_factory import records
from localcloud.services.data_factory.block import Block, Shared
from localcloud.services.data_factory.graph import Status
from localcloud.services.data_factory.variables import Variables


class Running:
    """An active run of the pipeline `own`. `done` is set once it has finished and is stored."""

    def __init__(self, cloud: Cloud, run: Document, own: Mapping[str, Any], on_end: Callable[[Document], None]) -> None:
        self.run, self.done = run, threading.Event()
        self._activities, self._on_end = own.get("activities") or [], on_end
        self._shared = Shared(cloud=cloud, run=run, variables=Variables(own.get("variables") or {}))
        self.stop = self._shared.stop

    def start(self) -> None:
        """Begin."""
        self.run.update(status=Status.IN_PROGRESS.value, runStart=records.now())
        self._shared.save()
        name = f"pipeline-{self.run['pipelineName']}"
        threading.Thread(target=self._conduct, name=name, daemon=True).start()

    def _conduct(self) -> None:
        status, failed = Block(self._shared, self._activities).conduct()
        message = "; ".join(f"Operation on target {name} failed: {said}" for name, said in failed)
        with self._shared.lock:
            self.run["message"] = "The run was cancelled." if status is Status.CANCELLED else message
            records.end(self.run, status, "runEnd")
            self._shared.save()
        self.done.set()
        self._on_end(self.run)
