"""Replays what the real azurerm asked, in order, with our own ids and operations in place of the recorded ones."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.localcloud.core import Core
from tests.localcloud.replay.recording import Asked
from tests.localcloud.replay.written import missing

_TENANT_LOGIN = "/oauth2/v2.0/token"
_OPERATION = "/_async/"
_VAULT = "mlops-prod.vault"
_OWN_VAULT = "mlops-prod.vault.azure.net"
# The stub that was recorded put every interface into a group of its own.
_STUBS_GROUP = "resourceGroups/rg-twin"
_GROUPS = {"mlops-state-nic": "resourceGroups/mlops-hub", "mlops-prod-vault-vault-nic": "resourceGroups/mlops-prod"}
# What the stub added to a request before it was recorded, and Azure sets itself.
_OUTPUT = ("provisioningState", "principalId", "clientId", "tenantId", "customerId", "vaultUri", "primaryEndpoints")
_STATES = ("id", "privateLinkServiceConnectionState", "virtualNetworkLinkState")


@dataclass
class AzureReplay:
    """`answered`: each request with its status now. `not_read_back`: what a GET does not hold as it was sent."""

    core: Core
    answered: list[tuple[Asked, int]] = field(default_factory=list)
    not_read_back: list[str] = field(default_factory=list)
    read_back: int = 0
    _ids: dict[str, str] = field(default_factory=dict)
    _operations: deque[str] = field(default_factory=deque)
    _sent: dict[str, Any] = field(default_factory=dict)
    _token: str = field(default="", repr=False)

    def run(self, recorded: list[Asked]) -> None:
        """Send them all, then read each resource back."""
        self._token = self._sign_in(f"{self.core.account_url}/common{_TENANT_LOGIN}").json()["access_token"]
        for asked in recorded:
            answer = self._send(asked)
            self.answered.append((asked, answer.status_code))
            if asked.method == "PUT" and answer.is_success:
                self._learn(asked, answer)
        for path, body in self._sent.items():
            answer = self._call("GET", path, None)
            self.read_back += 1
            # The name is the path's, whatever a body says.
            sent = {name: value for name, value in own(body).items() if name != "name"}
            lost = missing(sent, answer.json()) if answer.is_success else [str(answer.status_code)]
            self.not_read_back += [f"{path.partition('?')[0]} {each}" for each in lost]

    def put_back(self) -> list[str]:
        """What is refused or lost where each resource is written as it was read: so azurerm changes most types."""
        found = []
        for path in self._sent:
            body = self._call("GET", path, None).json()
            if "tags" in body:
                body["tags"] = {**body["tags"], "changed": "by conformance"}
            answer = self._call("PUT", path, body)
            again = self._call("GET", path, None).json()
            lost = missing(body, again) if answer.is_success else [answer.text]
            found += [f"{path.partition('?')[0]} {each}" for each in lost if ".updatedOn" not in each]
        return found

    @property
    def unasked(self) -> int:
        """Operations that the recording never asked about."""
        return len(self._operations)

    def _send(self, asked: Asked) -> httpx.Response:
        if asked.path.partition("?")[0].endswith(_TENANT_LOGIN):
            return self._sign_in(f"{self.core.account_url}{asked.path}")
        if _OPERATION in asked.path:
            return self.core.call("GET", self._operations.popleft(), self._token)
        path, body = self._ours(asked.path), json.loads(self._ours(json.dumps(asked.body)))
        if asked.host.startswith(_VAULT):
            # Clients of a vault ask without a token and a body first.
            return self._call(asked.method, path, body, _OWN_VAULT, signed_in=asked.method == "GET" or bool(body))
        return self._call(asked.method, path, body)

    def _learn(self, asked: Asked, answer: httpx.Response) -> None:
        path = self._ours(asked.path)
        self._sent[path] = json.loads(self._ours(json.dumps(asked.body)))
        theirs, ours = asked.body.get("properties") or {}, answer.json()["properties"]
        if "clientId" in theirs:
            self._ids |= {theirs[name]: ours[name] for name in ("principalId", "clientId")}
        if "Azure-AsyncOperation" in answer.headers:
            self._operations.append(answer.headers["Azure-AsyncOperation"])

    def _ours(self, text: str) -> str:
        for interface, group in _GROUPS.items():
            text = text.replace(_STUBS_GROUP, group) if interface in text else text
        for theirs, ours in self._ids.items():
            text = text.replace(theirs, ours)
        return text

    def _sign_in(self, url: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": "c", "client_secret": self.core.admin_token}
        return self.core.call("POST", url, "", data=form | {"scope": "https://management.azure.com/.default"})

    def _call(
        self, method: str, path: str, body: Any, host: str | None = None, *, signed_in: bool = True
    ) -> httpx.Response:
        headers = ({"Host": host} if host else {}) | ({"Authorization": f"Bearer {self._token}"} if signed_in else {})
        sent = body if method in ("PUT", "POST", "PATCH") else None
        return self.core.http.request(method, f"{self.core.account_url}{path}", headers=headers, json=sent)


def own(body: Any) -> Any:
    """What a request says of its own."""
    if isinstance(body, list):
        return [own(each) for each in body]
    if isinstance(body, dict):
        return {name: own(value) for name, value in body.items() if name not in _OUTPUT + _STATES or _refers(body)}
    return body


def _refers(body: dict[str, Any]) -> bool:
    """Whether an object is nothing but the id of another resource."""
    return body.keys() == {"id"}
