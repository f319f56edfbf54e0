"""SCIM on a workspace and on the account, under every prefix that the SDK and the Terraform provider call."""

import pytest

from tests.localcloud.core import Core

ACCOUNT = "00000000-0000-4000-8000-00000000acc0"
PREFIXES = ("preview/scim/v2", "account/scim/v2", f"accounts/{ACCOUNT}/scim/v2")
NAMES = {"Users": "userName", "ServicePrincipals": "displayName", "Groups": "displayName"}


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("kind", NAMES)
def test_one_lives_its_whole_life_under_each_prefix(core: Core, prefix: str, kind: str) -> None:
    """Made, listed, read, changed in part, replaced, deleted; then it is gone."""
    url, field = f"{core.account_url}/api/2.0/{prefix}/{kind}", NAMES[kind]
    made = core.call("POST", url, json={field: "first@example.com"}).json()
    one = f"{url}/{made['id']}"
    listed = core.call("GET", url, None, params={"filter": f'{field} eq "first@example.com"'}).json()
    assert [each["id"] for each in listed["Resources"]] == [made["id"]]
    assert core.call("GET", one).json()[field] == "first@example.com"
    patch = {"Operations": [{"op": "replace", "path": field, "value": "second@example.com"}]}
    assert core.call("PATCH", one, json=patch).json()[field] == "second@example.com"
    assert core.call("PUT", one, json={field: "third@example.com"}).json()[field] == "third@example.com"
    assert core.call("DELETE", one).status_code == 204
    assert core.call("GET", one).status_code == 404
