"""A served local cloud without Spark and MLflow, and clients for it as different principals."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from databricks.sdk import AccountClient, WorkspaceClient

from localcloud.app import serve
from localcloud.kernel import directory, identity, loopback
from localcloud.kernel.cloud import ACCOUNT_ID, Cloud
from localcloud.kernel.listeners import Listeners
from localcloud.kernel.store import Store

HOSTS = {"dev": "https://adb-1000000000000001.1.azuredatabricks.net", "prod": "https://adb-3.3.azuredatabricks.net"}


@dataclass
class Core:
    """The cloud, its listeners and the admin's token. Workspaces are registered, `dev` and `prod` if none are named."""

    cloud: Cloud
    listeners: Listeners
    # Not in what a failed test prints: logs are searched for secrets.
    admin_token: str = field(repr=False)
    http: httpx.Client = field(default_factory=lambda: loopback.client(timeout=60), repr=False)

    @property
    def account_url(self) -> str:
        """The account's URL."""
        return f"http://127.0.0.1:{self.cloud.account_port}"

    def url(self, workspace: str) -> str:
        """A workspace's URL."""
        return self.cloud.workspace(workspace).url

    def token(self, name: str, workspace: str = "prod") -> str:
        """An hour's token of a principal."""
        return identity.mint(self.cloud, name, workspace, 3600)

    def admin(self, workspace: str = "prod") -> WorkspaceClient:
        """The SDK as the admin."""
        return WorkspaceClient(host=self.url(workspace), token=self.admin_token, auth_type="pat")

    def sdk(self, name: str, workspace: str = "prod") -> WorkspaceClient:
        """The SDK as a principal."""
        return WorkspaceClient(host=self.url(workspace), token=self.token(name, workspace), auth_type="pat")

    def account(self) -> AccountClient:
        """The SDK of the account as the admin."""
        return AccountClient(host=self.account_url, account_id=ACCOUNT_ID, token=self.admin_token, auth_type="pat")

    def application(self, name: str) -> str:
        """A new service principal; returns its application id."""
        return str(directory.add(self.cloud.store, "service_principal", {"displayName": name})["applicationId"])

    def call(self, method: str, url: str, token: str | None = None, **options: Any) -> httpx.Response:
        """A bare HTTP call; as the admin unless a token (or an empty one) is given."""
        held = self.admin_token if token is None else token
        headers = {"Authorization": f"Bearer {held}"} if held else {}
        return self.http.request(method, url, headers=headers, **options)

    def grant(self, kind: str, name: str, principal: str, *privileges: str) -> None:
        """Grant privileges, as the admin in prod."""
        body = {"changes": [{"principal": principal, "add": list(privileges)}]}
        answer = self.call("PATCH", f"{self.url('prod')}/api/2.1/unity-catalog/permissions/{kind}/{name}", json=body)
        assert answer.status_code == 200, answer.text

    def table(self, full_name: str) -> str:
        """Register a table as the admin in prod; returns its id."""
        catalog, schema, name = full_name.split(".")
        body = {"catalog_name": catalog, "schema_name": schema, "name": name, "columns": []}
        answer = self.call("POST", f"{self.url('prod')}/api/2.1/unity-catalog/tables", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["table_id"])


def start(home: Path, hosts: Mapping[str, str] = HOSTS) -> Core:
    """Serve a cloud in `home`, with the workspaces that `hosts` names."""
    cloud = Cloud(home=home, store=Store(home / "state.db"))
    listeners = serve(cloud)
    core = Core(cloud=cloud, listeners=listeners, admin_token=identity.ensure_admin(cloud))
    for name, host in hosts.items():
        answer = core.call("POST", f"{core.account_url}/local/workspaces", json={"name": name, "host": host})
        assert answer.status_code == 200, answer.text
    return core


def stop(core: Core) -> None:
    """Stop serving; its ports are free and its database is closed."""
    core.http.close()
    core.listeners.close()
    core.cloud.store.close()


def leave(core: Core) -> None:
    """Stop serving, without waiting the fifth of a second that its listeners take to end."""
    threading.Thread(target=stop, args=(core,), daemon=True).start()
