"""Replays what the real providers asked for a small platform: applied, planned, updated or destroyed.

These recordings hold no answers. Of each kind of object there is one, so its id in them is the one that later requests
name where our answer has its own.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from localcloud.kernel.cloud import METASTORE_ID
from tests.localcloud.core import Core
from tests.localcloud.replay.azure import own
from tests.localcloud.replay.recording import Asked
from tests.localcloud.replay.written import Written, missing

WORKSPACE = {"prod": "https://adb-7405600000000001.1.azuredatabricks.net"}
_STUBS_METASTORE = "11111111-2222-3333-4444-555555555555"
_STUBS_USER = "twin@example.com"
_LOGIN = "/oauth2/v2.0/token"
_OPERATION = "/_async/"
_AZURE = "/subscriptions/"
# By the hosts of the recording's data planes, Azure's own.
_DATA_PLANES = {
    "kv-twin.vault.twin.test": "kv-twin.vault.azure.net",
    "twinlake.dfs.core.twin.test": "twinlake.dfs.core.windows.net",
}
# By the end of the path that makes an object: where our answer has its id, and where later requests name theirs.
_MADE = {
    "/scim/v2/Groups": ("id", r"/Groups/(\d+)"),
    "/scim/v2/ServicePrincipals": ("id", r"/ServicePrincipals/(\d+)"),
    "/api/2.0/repos": ("id", r"/repos/(\d+)"),
    "/sql/warehouses": ("id", r"/sql/warehouses/(\w+)"),
    "/jobs/create": ("job_id", r"job_id=(\d+)"),
    "/policies/clusters/create": ("policy_id", r"policy_id=(\w+)"),
    "/instance-pools/create": ("instance_pool_id", r"instance_pool_id=([\w-]+)"),
    "/experiments/create": ("experiment_id", r"experiment_id=(\d+)"),
    "/api/2.1/clusters/create": ("cluster_id", r"cluster_id=([\w-]+)"),
    "/serving-endpoints": ("id", r"/permissions/serving-endpoints/(\w+)"),
}
# What the provider read of an object and sends back with a change.
_TIMES = ("created_at", "updated_at")
# What the stub added to a request before it was recorded, and Azure or Databricks makes up itself.
_ADDED = (
    *("credential_id", "networkInterfaces", "workspaceId", "workspaceUrl"),
    *(*_TIMES, "created_by", "updated_by"),
)
# Jobs and clusters answer 400 with these words, which the provider reads as 404.
_GONE = "does not exist"


@dataclass
class PlatformReplay:
    """`answered`: each request with its status now. `not_read_back`: what was sent and is not there at the end."""

    core: Core
    # The experiment's name, of which one MLflow server keeps one for good.
    experiment: str
    # Does what jobs do meanwhile, before a request is sent that needs it.
    meanwhile: Callable[[Asked], None]
    # The first request that destroys, if the recording does: what was sent is read back before it.
    destroys: int | None = None
    answered: list[tuple[Asked, int]] = field(default_factory=list)
    not_read_back: list[str] = field(default_factory=list)
    read_back: int = 0
    not_gone: list[str] = field(default_factory=list)
    deleted: int = 0
    _ours: dict[str, str] = field(default_factory=dict)
    _operations: list[str] = field(default_factory=list)
    _token: str = field(default="", repr=False)

    def run(self, recorded: list[Asked]) -> None:
        """Send all that is recorded, and read back what was sent."""
        self._token = self._sign_in().json()["access_token"]
        admin = self.core.call("GET", f"{self._workspace}/api/2.0/preview/scim/v2/Me").json()["userName"]
        self._ours = {_STUBS_METASTORE: METASTORE_ID, _STUBS_USER: admin, "/Shared/ml/exp": self.experiment}
        written = Written()
        for number, asked in enumerate(recorded):
            if number == self.destroys:
                self._read_back(written)
                written = Written()
            self.meanwhile(asked)
            answer = self._send(asked)
            self.answered.append((asked, answer.status_code))
            if answer.is_success:
                self._learn(asked, answer, recorded[number:])
                self._note(asked, answer, written)
        if self.destroys is None:
            self._read_back(written)
        self._look_for([path for (_, path), expected in written.expected.items() if expected is None])

    @property
    def _workspace(self) -> str:
        return self.core.url("prod")

    def _send(self, asked: Asked) -> httpx.Response:
        path, body = asked.path.partition("?")[0], self._body(asked)
        if path.endswith(_LOGIN):
            return self._sign_in()
        if _OPERATION in path and self._operations:
            return self.core.call("GET", self._operations.pop(0), self._token)
        if _of_databricks(asked):
            return self._databricks(asked.method, self._text(asked.path), body)
        headers = {"Host": _DATA_PLANES[asked.host]} if asked.host in _DATA_PLANES else {}
        # Clients of a vault ask without a token and a body first.
        signed_in = "vault" not in asked.host or asked.method != "PUT" or bool(body)
        sent = {"json": body} if asked.method in ("PUT", "POST", "PATCH") else {}
        return self._azure(asked.method, self._text(asked.path), headers, signed_in=signed_in, **sent)

    def _azure(
        self, method: str, path: str, headers: dict[str, str] | None = None, *, signed_in: bool = True, **sent: Any
    ) -> httpx.Response:
        held = {"Authorization": f"Bearer {self._token}"} if signed_in else {}
        url = f"{self.core.account_url}{path}"
        return self.core.http.request(method, url, headers={**(headers or {}), **held}, **sent)

    def _databricks(self, method: str, path: str, body: Any) -> httpx.Response:
        options = {"json": body} if body or method in ("PUT", "POST", "PATCH") else {}
        return self.core.call(method, f"{self._workspace}{path}", **options)

    def _body(self, asked: Asked) -> Any:
        body = json.loads(self._text(json.dumps(asked.body)))
        if "/unity-catalog/" in asked.path and _TIMES[0] in body:
            held = self._databricks("GET", self._text(asked.path), None).json()
            body |= {name: held[name] for name in _TIMES}
        return body

    def _learn(self, asked: Asked, answer: httpx.Response, later: list[Asked]) -> None:
        """Take the id that our answer gave in place of the one that later requests name, and operations' URLs."""
        if "Azure-AsyncOperation" in answer.headers:
            self._operations.append(answer.headers["Azure-AsyncOperation"])
        for end, (name, pattern) in _MADE.items():
            if asked.method == "POST" and asked.path.endswith(end):
                named = (re.search(pattern, each.path) for each in later)
                theirs = next((found[1] for found in named if found and found[1] not in self._ours.values()), None)
                self._ours |= {theirs: str(answer.json()[name])} if theirs else {}

    def _note(self, asked: Asked, answer: httpx.Response, written: Written) -> None:
        path, held = self._text(asked.path), answer.json() if answer.content else {}
        if _of_databricks(asked):
            written.take(asked.method, "", path, _sent(self._body(asked)), held)
        elif path.startswith(_AZURE) and asked.method == "PUT":
            said = {name: value for name, value in own(self._body(asked)).items() if name != "name"}
            said |= {"properties": _sent(said.get("properties") or {})}
            written.expected["", path] = said

    def _read_back(self, written: Written) -> None:
        for (_, path), expected in written.expected.items():
            if expected is None:
                continue
            answer = self._azure("GET", path) if path.startswith(_AZURE) else self._databricks("GET", path, None)
            self.read_back += 1
            lost = missing(expected, answer.json()) if answer.is_success else [str(answer.status_code)]
            self.not_read_back += [f"{path} {each}" for each in lost]

    def _look_for(self, paths: list[str]) -> None:
        for path in paths:
            answer = self._databricks("GET", path, None)
            self.deleted += 1
            if answer.status_code != 404 and _GONE not in answer.text:
                self.not_gone.append(f"{path}: {answer.status_code}")

    def _text(self, text: str) -> str:
        for theirs, ours in self._ours.items():
            text = text.replace(theirs, ours)
        return text

    def _sign_in(self) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": "c", "client_secret": self.core.admin_token}
        url = f"{self.core.account_url}/common{_LOGIN}"
        return self.core.call("POST", url, "", data=form | {"scope": "https://management.azure.com/.default"})


def _sent(body: Any) -> Any:
    """What the provider sent of a body: the stub had written into it what it made up itself."""
    return {
        name: {part: each for part, each in value.items() if part not in _ADDED} if isinstance(value, dict) else value
        for name, value in body.items()
        if name not in _ADDED
    }


def _of_databricks(asked: Asked) -> bool:
    return not asked.host or asked.host.startswith("adb-")
