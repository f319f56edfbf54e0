"""Azure's own API of a served cloud, for its administrator."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.localcloud.core import Core

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
TENANT = "00000000-0000-0000-0000-00000000000a"
GROUP = f"{SUBSCRIPTION}/resourceGroups/mlops"
WEST = {"location": "westeurope"}


@dataclass
class Azure:
    """Calls with a token of the administrator, once one is needed."""

    core: Core
    _token: str = field(default="", repr=False)

    @property
    def token(self) -> str:
        """A token for Azure Resource Manager."""
        self._token = self._token or str(self.signed_in(self.core.admin_token).json()["access_token"])
        return self._token

    def signed_in(self, secret: str, **form: str) -> httpx.Response:
        """The answer to client credentials with this secret."""
        scope = "https://management.azure.com/.default"
        asked = {"grant_type": "client_credentials", "client_id": "tests", "client_secret": secret, "scope": scope}
        return self.core.call("POST", f"{self.core.account_url}/{TENANT}/oauth2/v2.0/token", "", data=asked | form)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """The answer to one call; a path without an api-version gets one."""
        version = "" if "api-version" in path else f"{'&' if '?' in path else '?'}api-version=2024-01-01"
        url = f"{self.core.account_url}{path}{version}"
        return self.core.call(method, url, options.pop("token", self.token), json=body, **options)

    def put(self, path: str, body: Any) -> Any:
        """Make or replace a resource, which must be taken."""
        answer = self.ask("PUT", path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """Read what must be there."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of a call that must be refused."""
        answer = self.ask(method, path, body)
        assert answer.is_error, answer.text
        return answer.status_code, answer.json()["error"]["code"]

    def vault(self, method: str, host: str, path: str, body: Any = None, *, token: str | None = None) -> httpx.Response:
        """A call at a vault's own host."""
        held = self.token if token is None else token
        headers = {"Host": host} | ({"Authorization": f"Bearer {held}"} if held else {})
        return self.core.http.request(method, f"{self.core.account_url}{path}", headers=headers, json=body)
