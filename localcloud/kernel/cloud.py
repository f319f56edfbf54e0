"""`Cloud`: the state that all handlers share. One per process, at `request.app.state.cloud`."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from localcloud.kernel.errors import ApiError
from localcloud.kernel.faults import Faults
from localcloud.kernel.store import Document, Store

ACCOUNT_ID = "00000000-0000-4000-8000-00000000acc0"
METASTORE_ID = "00000000-0000-4000-8000-000000000001"
ADMIN_USER = "admin@localcloud"


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One workspace: its own port, and the `host` by which the stacks name it."""

    name: str
    host: str
    workspace_id: int
    port: int

    @property
    def url(self) -> str:
        """The URL for the SDK."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(kw_only=True)
class Cloud:
    """The local cloud's directory, documents and running parts.

    `spark_remote` (`sc://…`) and `mlflow_url` are empty until those servers run; routes that need them respond with 503
    until then. Services keep live objects (a job runner, open listeners) in `parts`. `faults` are the injected faults.
    """

    home: Path
    store: Store
    spark_remote: str = ""
    mlflow_url: str = ""
    account_port: int = 0
    parts: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def warehouse(self) -> Path:
        """Root of managed tables: `<catalog>/<schema>/<table>` below it."""
        return self.home / "warehouse"

    @property
    def volumes(self) -> Path:
        """Root of managed volumes: `<catalog>/<schema>/<volume>` below it."""
        return self.home / "volumes"

    @property
    def models(self) -> Path:
        """Root of the artifacts of registered versions."""
        return self.home / "models"

    def workspaces(self) -> list[Workspace]:
        """Every registered workspace, oldest first."""
        return [_workspace(body) for body in self.store.all("workspace")]

    def workspace(self, name: str) -> Workspace:
        """The workspace called `name`. Raises `ApiError` 404 naming the known ones."""
        body = self.store.get("workspace", name)
        if body is None:
            known = ", ".join(w.name for w in self.workspaces()) or "none is registered"
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Workspace '{name}' does not exist; known: {known}.")
        return _workspace(body)

    def workspace_at(self, port: int) -> Workspace | None:
        """The workspace that listens on `port`; None for the account's port."""
        return next((w for w in self.workspaces() if w.port == port), None)


def _workspace(body: Document) -> Workspace:
    return Workspace(name=body["name"], host=body["host"], workspace_id=body["workspace_id"], port=body["port"])


async def current_cloud(request: Request) -> Cloud:
    """FastAPI dependency: the cloud of this process."""
    return cast(Cloud, request.app.state.cloud)


CloudDep = Annotated[Cloud, Depends(current_cloud)]
