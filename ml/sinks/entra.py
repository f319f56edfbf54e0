"""Entra ID tokens for a client with a secret: servers accept them in place of a password."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import requests

from ml.sinks.sink import SinkAwayError

_TIMEOUT_S = 30
# Loopback addresses: requests stay on this machine.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class TokenRefusedError(RuntimeError):
    """Entra refuses a token for this client; a retry would be refused too."""


def token(secrets: Mapping[str, str]) -> str:
    """A token for `client-id` from `token-endpoint` for `token-scope`, by OAuth's client credentials grant (RFC 6749,
    4.4). It is valid for an hour: longer than a batch.

    Raises TokenRefusedError, also for an endpoint without TLS; it names the client but no secret. Raises SinkAwayError
    if Entra does not answer.
    """
    endpoint = secrets["token-endpoint"]
    _require_unseen(endpoint)
    asked = {
        "grant_type": "client_credentials",
        "client_id": secrets["client-id"],
        "client_secret": secrets["client-secret"],
        "scope": secrets["token-scope"],
    }
    try:
        answer = requests.post(endpoint, data=asked, timeout=_TIMEOUT_S, allow_redirects=False)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise SinkAwayError(f"{endpoint} does not answer: {type(error).__name__}") from error
    if answer.status_code >= 500 or answer.status_code == 429:
        raise SinkAwayError(f"{endpoint} answers {answer.status_code}")
    if answer.is_redirect:
        raise TokenRefusedError(f"{endpoint} redirects, and secrets are not sent to a redirect: give the final address")
    if not answer.ok:
        why = answer.json().get("error", "") if "json" in answer.headers.get("Content-Type", "") else ""
        raise TokenRefusedError(
            f"client {secrets['client-id']} gets no token: {answer.status_code} {why}. Compare the secrets with the "
            "registration of the application"
        )
    return str(answer.json()["access_token"])


def _require_unseen(endpoint: str) -> None:
    """Raises TokenRefusedError for an endpoint that would receive the secret in clear text."""
    parts = urlsplit(endpoint)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise TokenRefusedError(f"token-endpoint is {endpoint}: give one that begins with https://")
