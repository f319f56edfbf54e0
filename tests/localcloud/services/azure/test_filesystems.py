"""Filesystems of a storage account, at its own host."""

from typing import Any

import httpx
import pytest

from tests.localcloud.services.azure.client import GROUP, WEST, Azure

ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/mlopslake"
HOST = "mlopslake.dfs.core.windows.net"


@pytest.fixture
def lake(azure: Azure) -> Azure:
    """With the account `mlopslake`."""
    azure.put(ACCOUNT, {**WEST, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}})
    return azure


def _ask(azure: Azure, method: str, path: str, host: str = HOST, **headers: str) -> httpx.Response:
    sent = {"Host": host, "Authorization": f"Bearer {azure.token}"} | headers
    return azure.core.http.request(method, f"{azure.core.account_url}{path}", headers=sent)


def test_a_filesystem_is_a_container(lake: Azure) -> None:
    """404 until it is made; what Azure Resource Manager then shows; 409 for a second one; gone once deleted."""
    root, named = "/bronze?resource=filesystem", {"x-ms-properties": "team=cmlzaw=="}
    assert _ask(lake, "HEAD", root).headers["x-ms-error-code"] == "FilesystemNotFound"
    assert _ask(lake, "PUT", root, **named).status_code == 201
    assert _ask(lake, "HEAD", root).headers["x-ms-properties"] == "team=cmlzaw=="
    assert _ask(lake, "PUT", root).status_code == 409
    shown = lake.get(f"{ACCOUNT}/blobServices/default/containers/bronze")
    assert shown["properties"]["metadata"] == {"team": "risk"}
    assert _ask(lake, "PATCH", root, **{"x-ms-properties": ""}).status_code == 200
    assert _ask(lake, "HEAD", root).headers["x-ms-properties"] == ""
    assert _ask(lake, "DELETE", root).status_code == 202
    assert _ask(lake, "HEAD", root).status_code == 404


def test_its_root_has_an_access_list(lake: Azure) -> None:
    """The default of a new one, then what is said; only the root, since no files are kept here."""
    _ask(lake, "PUT", "/bronze?resource=filesystem")
    root = "/bronze//?action="
    before = _ask(lake, "HEAD", f"{root}getAccessControl").headers
    assert (before["x-ms-owner"], before["x-ms-permissions"]) == ("$superuser", "rwxr-x---")
    acl = "user::rwx,group::r--,other::---,user:10000000-0000-0000-0000-000000000000:r-x"
    assert _ask(lake, "PATCH", f"{root}setAccessControl", **{"x-ms-acl": acl}).status_code == 200
    after: Any = _ask(lake, "HEAD", f"{root}getAccessControl").headers
    assert (after["x-ms-acl"], after["x-ms-permissions"]) == (acl, "rwxr-----")
    inherited = f"{acl},default:user::rwx,default:group::r-x,default:mask::rwx,default:other::---"
    assert _ask(lake, "PATCH", f"{root}setAccessControl", **{"x-ms-acl": inherited}).status_code == 200
    with_defaults: Any = _ask(lake, "HEAD", f"{root}getAccessControl").headers
    assert (with_defaults["x-ms-acl"], with_defaults["x-ms-permissions"]) == (inherited, "rwxr-----")
    wrong = _ask(lake, "PATCH", f"{root}setAccessControl", **{"x-ms-acl": "user:rwx"})
    assert (wrong.status_code, wrong.headers["x-ms-error-code"]) == (400, "InvalidHeaderValue")
    assert _ask(lake, "HEAD", "/bronze/folder?action=getAccessControl").headers["x-ms-error-code"] == "PathNotFound"


def test_keys_open_nothing(lake: Azure) -> None:
    """403 for a shared key, 401 without a token, 404 at an account that is not there."""
    root = "/bronze?resource=filesystem"
    keyed = _ask(lake, "PUT", root, Authorization="SharedKey mlopslake:c2lnbmVk")
    assert (keyed.status_code, keyed.json()["error"]["code"]) == (403, "KeyBasedAuthenticationNotPermitted")
    assert _ask(lake, "PUT", root, Authorization="").status_code == 401
    assert _ask(lake, "PUT", root, "other.dfs.core.windows.net").status_code == 404


@pytest.mark.parametrize(("method", "path"), [("PUT", "/bronze"), ("DELETE", "/bronze"), ("PATCH", "/a/b")])
def test_a_path_alone_names_no_host(lake: Azure, method: str, path: str) -> None:
    """What the hosts of accounts and vaults answer is answered nowhere else: a route that there is not is named."""
    answer = _ask(lake, method, path, "127.0.0.1")
    assert (answer.status_code, answer.json()["message"]) == (501, f"The local cloud has no route {method} {path}.")
