"""Calls to this very machine: no proxy sees them, and nobody on the internet is trusted."""

import httpx
import pytest

from localcloud.kernel import loopback
from tests.localcloud.core import Core


def test_a_proxy_of_the_environment_is_not_asked(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would see the token."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    answer = loopback.request("GET", f"{core.account_url}/local/workspaces", headers=_as_admin(core))
    assert [found["name"] for found in answer.json()["workspaces"]] == ["dev", "prod"]


def test_no_authority_is_loaded() -> None:
    """So a call beyond this machine, which is HTTPS, fails instead of being trusted."""
    contexts = [loopback.client()._transport._pool._ssl_context for _ in range(2)]  # type: ignore[attr-defined]
    assert contexts[0] is contexts[1]
    assert contexts[0].cert_store_stats() == {"x509": 0, "crl": 0, "x509_ca": 0}


def test_nobody_there_is_an_error_of_httpx() -> None:
    """Callers ask for it by that name."""
    with pytest.raises(httpx.ConnectError):
        loopback.request("GET", "http://127.0.0.1:9/")


def _as_admin(core: Core) -> dict[str, str]:
    return {"Authorization": f"Bearer {core.admin_token}"}
