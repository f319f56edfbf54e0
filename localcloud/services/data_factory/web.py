"""The Web activity: one HTTP call, only to the local cloud or to this machine.

Follows https://learn.microsoft.com/azure/data-factory/control-flow-web-activity.
"""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from localcloud.kernel import identity, loopback
from localcloud.kernel.cloud import Cloud
from localcloud.proxy.hosts import port_of
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory.identities import ActivityError, principal_of, workspace_at
from localcloud.services.data_factory.policy import span_s

# The application that tokens of Databricks are for, in every tenant.
DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_FIELDS = frozenset({"url", "method", "headers", "body", "authentication", "httpRequestTimeout", "turnOffAsync"})
_DEFAULT_TIMEOUT = "00:01:00"
_TOKEN_S = 300
_UNREACHED, _REFUSED, _INVALID = "2108", "2108", "2100"


def run(cloud: Cloud, factory: ResourceId, activity: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
    """Make the call; returns the answer: JSON as it is, text as `Response`. Raises ActivityError from 400 on."""
    own = activity.get("typeProperties") or {}
    unknown = sorted(
        name for name, value in own.items() if name not in _FIELDS and value not in (None, False, "", [], {})
    )
    if unknown:
        raise ActivityError(_INVALID, f"typeProperties has {', '.join(unknown)}, which is not offered here.")
    if own.get("method") not in _METHODS:
        raise ActivityError(_INVALID, f"method is {own.get('method')!r}: use one of {', '.join(_METHODS)}.")
    url, host = _reached(cloud, str(own.get("url")))
    limit_s = min(timeout_s, span_s(own.get("httpRequestTimeout") or _DEFAULT_TIMEOUT))
    headers = {**(own.get("headers") or {}), "Host": host}
    began_s = time.monotonic()
    with _Token(cloud, factory, own) as token:
        sign = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = loopback.request(
                own["method"], url, headers=headers | sign, timeout=limit_s, **_body(own.get("body"))
            )
        except httpx.HTTPError as error:
            raise ActivityError(_UNREACHED, f"Error calling the endpoint '{own['url']}': {error}.") from error
    if answer.is_error:
        message = (
            f"Error calling the endpoint '{own['url']}'. Response status code: {answer.status_code}: {answer.text}"
        )
        raise ActivityError(_REFUSED, message)
    return {**_answer(answer), "executionDuration": int(time.monotonic() - began_s)}


class _Token:
    """A token of the factory's identity during the call, if the activity asks for one."""

    def __init__(self, cloud: Cloud, factory: ResourceId, own: Mapping[str, Any]) -> None:
        self._cloud, self._token = cloud, ""
        said = own.get("authentication") or {}
        if not said:
            return
        if said.get("type") != "MSI" or said.get("resource") != DATABRICKS:
            raise ActivityError(_INVALID, f"authentication: here it is MSI for the resource {DATABRICKS}, Databricks.")
        principal = principal_of(cloud, factory, (said.get("credential") or {}).get("referenceName"))
        place = workspace_at(cloud, str(own.get("url")))
        self._token = identity.mint(cloud, principal, place.name, _TOKEN_S, "data factory")

    def __enter__(self) -> str:
        return self._token

    def __exit__(self, *_: object) -> None:
        if self._token:
            identity.revoke(self._cloud, self._token)


def _reached(cloud: Cloud, url: str) -> tuple[str, str]:
    """The address of a call, and the host that it names. Raises ActivityError for a foreign host."""
    parts = urlsplit(url)
    if parts.hostname in loopback.HOSTS and parts.scheme == "http":
        return url, parts.netloc
    account = f"http://127.0.0.1:{cloud.account_port}"
    workspaces = {each.host: each.url for each in cloud.workspaces()}
    port = port_of(parts.hostname or "", account, workspaces) if parts.scheme == "https" else None
    if port is None:
        raise ActivityError(
            _UNREACHED, f"'{url}' is neither of this cloud nor of this machine: no other host is called."
        )
    return urlunsplit(("http", f"127.0.0.1:{port}", parts.path, parts.query, "")), parts.netloc


def _body(given: Any) -> dict[str, Any]:
    if given in (None, ""):
        return {}
    return {"content": given.encode()} if isinstance(given, str) else {"json": given}


def _answer(answer: httpx.Response) -> dict[str, Any]:
    headers = {"ADFWebActivityResponseHeaders": dict(answer.headers)}
    try:
        found = answer.json()
    except ValueError:
        found = None
    return (found if isinstance(found, dict) else {"Response": answer.text}) | headers
