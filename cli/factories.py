"""Pipeline runs of data factories in the running local cloud."""

import time
from typing import Any

from cli.cloud import endpoint
from cli.errors import CommandError

_VERSION = "2018-06-01"
_OVER = ("Succeeded", "Failed", "Cancelled")
_POLL_S = 0.5


def follow_pipeline(path: str) -> dict[str, Any]:
    """The run at `path` below Azure Resource Manager, once it has ended. Raises CommandError if it is refused."""
    while (run := _ask(path))["status"] not in _OVER:
        time.sleep(_POLL_S)
    return run


def _ask(path: str) -> dict[str, Any]:
    """A GET as the administrator, the only principal with rights in the local Azure."""
    from localcloud.kernel import loopback  # noqa: PLC0415 - few commands need it

    cloud = endpoint()
    form = {"grant_type": "client_credentials", "client_id": "mlops", "client_secret": cloud.admin_token}
    token = loopback.request("POST", f"{cloud.account_url}/local/oauth2/v2.0/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{cloud.account_url}{path}"
    answer = loopback.request("GET", url, params={"api-version": _VERSION}, headers=headers)
    if answer.is_error:
        raise CommandError(f"{path}: {answer.text}")
    return dict(answer.json())
