"""Discovery and tokens: what a provider asks first."""

import base64
import json
from typing import Any

from localcloud.kernel import identity
from tests.localcloud.core import Core
from tests.localcloud.services.azure.client import GROUP, SUBSCRIPTION, TENANT, Azure


def _claims(token: str) -> Any:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_everything_is_where_it_was_asked(core: Core) -> None:
    """No slash at the end, the common tenant, Entra as the one who signs in."""
    found = core.call("GET", f"{core.account_url}/metadata/endpoints?api-version=2022-09-01", "").json()
    assert found["resourceManager"] == core.account_url
    assert found["authentication"] == {
        "loginEndpoint": core.account_url,
        "audiences": [core.account_url],
        "tenant": "common",
        "identityProvider": "AAD",
    }
    hosts = {"storage": "core.windows.net", "keyVaultDns": "vault.azure.net", "mhsmDns": "managedhsm.azure.net"}
    assert found["suffixes"].items() >= hosts.items()


def test_a_token_says_who_has_it(azure: Azure) -> None:
    """Three parts, with the object, tenant and application that the provider reads."""
    claims = _claims(azure.token)
    assert azure.token.count(".") == 2
    assert (claims["tid"], claims["appid"], claims["aud"]) == (TENANT, "tests", "https://management.azure.com")
    assert len(claims["oid"]) == 36


def test_only_a_token_of_this_cloud_signs_in(azure: Azure) -> None:
    """As client secret; another one, or another grant, is refused as Entra does."""
    wrong = azure.signed_in("guessed")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    other = azure.signed_in(azure.core.admin_token, grant_type="password")
    assert (other.status_code, other.json()["error"]) == (400, "unsupported_grant_type")


def test_a_token_that_was_not_signed_here_is_refused(azure: Azure) -> None:
    """Changed claims, no token, and a token of Databricks."""
    head, _, signature = azure.token.split(".")
    claims = base64.urlsafe_b64encode(json.dumps(_claims(azure.token) | {"sub": "x"}).encode()).decode().rstrip("=")
    for token in (f"{head}.{claims}.{signature}", azure.core.admin_token, ""):
        assert azure.ask("GET", GROUP, token=token).status_code == 401


def test_azure_is_the_administrators(azure: Azure) -> None:
    """Another principal signs in, and may do nothing."""
    azure.core.application("ann")
    assert azure.signed_in(azure.core.token("ann", "prod")).status_code == 401
    everywhere = identity.mint(azure.core.cloud, "ann", None, 3600)
    held = azure.signed_in(everywhere).json()["access_token"]
    answer = azure.ask("GET", GROUP, token=held)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AuthorizationFailed")


def test_a_call_without_a_version_is_refused(azure: Azure) -> None:
    """400 MissingApiVersionParameter; no provider needs registering."""
    answer = azure.core.call("GET", f"{azure.core.account_url}{GROUP}", azure.token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MissingApiVersionParameter")
    assert azure.get(f"{SUBSCRIPTION}/providers") == {"value": []}
