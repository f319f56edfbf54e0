"""Real tools reach the local cloud under the clouds' own names, and nothing else, through the proxy."""

import json
import os
import shutil
import ssl
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from localcloud.proxy.authority import Authority
from localcloud.proxy.connect import Proxy
from localcloud.proxy.hosts import port_of
from tests.localcloud.core import HOSTS, Core

DEV = HOSTS["dev"]


@pytest.fixture
def client(core: Core, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client that trusts this machine's authority and asks the proxy, as Go's clients do by their environment."""
    authority = Authority(tmp_path)
    workspaces = {host: core.url(name) for name, host in HOSTS.items()}
    proxy = Proxy(authority, lambda host: port_of(host, core.account_url, workspaces))
    context = ssl.create_default_context(cafile=str(authority.certificate))
    with httpx.Client(proxy=proxy.start(), verify=context, trust_env=False, timeout=30) as made:
        yield made
    proxy.close()


def _as(core: Core) -> dict[str, str]:
    return {"Authorization": f"Bearer {core.admin_token}"}


def test_a_workspace_answers_under_its_own_name(core: Core, client: httpx.Client) -> None:
    """Each its own, and the account."""
    for name, host in HOSTS.items():
        answer = client.get(f"{host}/api/2.0/preview/scim/v2/Me", headers=_as(core))
        workspace = core.cloud.workspace(name)
        assert answer.headers["X-Databricks-Org-Id"] == str(workspace.workspace_id)
    groups = "https://accounts.azuredatabricks.net/api/2.0/accounts/a/scim/v2/Groups"
    assert client.get(groups, headers=_as(core)).status_code == 200


def test_azure_signs_in_and_answers_under_its_own_names(core: Core, client: httpx.Client) -> None:
    """Discovery names hosts that the proxy answers for, by HTTPS; so does an operation's URL."""
    found = client.get("https://management.azure.com/metadata/endpoints?api-version=2022-09-01").json()
    assert found["resourceManager"] == "https://management.azure.com"
    login = found["authentication"]["loginEndpoint"]
    form = {"grant_type": "client_credentials", "client_id": "c", "client_secret": core.admin_token, "scope": "x"}
    token = client.post(f"{login}/t/oauth2/v2.0/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    group = "https://management.azure.com/subscriptions/s/resourceGroups/g"
    place = {"location": "westeurope"}
    assert client.put(f"{group}?api-version=1", json=place, headers=headers).status_code == 200
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/mlopslake?api-version=1"
    operation = client.put(account, json=place, headers=headers).headers["Azure-AsyncOperation"]
    assert operation.startswith("https://management.azure.com/")
    assert client.get(operation, headers=headers).json()["status"] == "Succeeded"
    vault = f"{group}/providers/Microsoft.KeyVault/vaults/mlops-prod?api-version=1"
    client.put(vault, json={**place, "properties": {"tenantId": "t"}}, headers=headers)
    asked = client.get("https://mlops-prod.vault.azure.net/keys/lake?api-version=7.4")
    assert asked.headers["WWW-Authenticate"].startswith('Bearer authorization="https://login.microsoftonline.com/t"')


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1", "evil-management.azure.com", "adb-9.9.azuredatabricks.net"]
)
def test_no_other_host_is_reached(client: httpx.Client, host: str) -> None:
    """The proxy refuses before anything is sent."""
    with pytest.raises(httpx.ProxyError, match="403"):
        client.get(f"https://{host}/")


def test_only_https_goes_through(client: httpx.Client) -> None:
    """Neither another port nor plain HTTP."""
    with pytest.raises(httpx.ProxyError, match="403"):
        client.get("https://management.azure.com:8443/")
    assert client.get("http://management.azure.com/").status_code == 405


def test_many_answers_come_at_once(core: Core, client: httpx.Client) -> None:
    """A connection is used again, and a large body arrives whole."""
    body = {"path": "/Shared/large", "format": "RAW", "content": "QUFB" * 300_000}
    assert client.post(f"{DEV}/api/2.0/workspace/import", json=body, headers=_as(core)).status_code == 200
    for _ in range(20):
        found = client.get(f"{DEV}/api/2.0/workspace/export?path=/Shared/large", headers=_as(core)).json()
        assert len(found["content"]) == 1_200_000


def test_the_authority_is_this_machines_and_its_owners(tmp_path: Path) -> None:
    """Made once, its key for its owner only; another directory has another one, which is not trusted here."""
    first = Authority(tmp_path / "a")
    key = tmp_path / "a" / "tls" / "ca.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    content = key.read_bytes()
    assert Authority(tmp_path / "a").certificate.read_bytes() == first.certificate.read_bytes()
    assert key.read_bytes() == content
    assert Authority(tmp_path / "b").certificate.read_bytes() != first.certificate.read_bytes()
    assert sorted(each.name for each in key.parent.iterdir()) == ["ca.key", "ca.pem"]


def test_who_does_not_trust_the_authority_is_not_served(core: Core, tmp_path: Path) -> None:
    """The usual authorities do not know it."""
    proxy = Proxy(Authority(tmp_path), lambda host: port_of(host, core.account_url, {}))
    with httpx.Client(proxy=proxy.start(), trust_env=False) as stranger, pytest.raises(httpx.ConnectError):
        stranger.get("https://management.azure.com/metadata/endpoints")
    proxy.close()


@pytest.mark.parametrize(
    ("trusted", "said"), [(True, "remote state endpoint requires auth"), (False, "signed by unknown authority")]
)
def test_terraform_trusts_the_authority_that_it_is_given(core: Core, tmp_path: Path, trusted: bool, said: str) -> None:
    """Terraform's own HTTP backend, as a client in Go: by SSL_CERT_FILE and HTTPS_PROXY it gets to a 401."""
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("terraform is not on the PATH")
    authority = Authority(tmp_path)
    proxy = Proxy(authority, lambda host: port_of(host, core.account_url, {}))
    address = "https://accounts.azuredatabricks.net/api/2.0/preview/scim/v2/Me"
    (tmp_path / "main.tf.json").write_text(json.dumps({"terraform": {"backend": {"http": {"address": address}}}}))
    certificate = str(authority.certificate) if trusted else os.devnull
    way = {"HTTPS_PROXY": proxy.start(), "NO_PROXY": "", "SSL_CERT_FILE": certificate, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        [program, f"-chdir={tmp_path}", "init", "-no-color", "-input=false"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SSL_CERT_DIR": str(tmp_path / "none"), **way},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    proxy.close()
    assert said in " ".join(done.stderr.split())
