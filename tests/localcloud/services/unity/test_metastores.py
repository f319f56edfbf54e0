"""The metastore, its assignment and system schemas; roles on an account's objects; what the directory shows."""

from typing import Any

from localcloud.kernel.cloud import METASTORE_ID
from tests.localcloud.core import HOSTS, Core

_RULE_SETS = "/api/2.0/preview/accounts/a/access-control/rule-sets"


def _account(core: Core, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = core.call(method, f"{core.account_url}/api/2.0/accounts/a{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_workspace_loses_and_gets_the_metastore(core: Core) -> None:
    """It has the automatic one; without it, nobody can be assigned to it."""
    number = core.cloud.workspace("prod").workspace_id
    path = f"/workspaces/{number}"
    assert _account(core, "GET", f"{path}/metastore")["metastore_assignment"]["metastore_id"] == METASTORE_ID
    _account(core, "DELETE", f"{path}/metastores/{METASTORE_ID}")
    users = next(group["id"] for group in core.cloud.store.all("group") if group["displayName"] == "users")
    assign = f"{core.account_url}/api/2.0/accounts/a{path}/permissionassignments/principals/{users}"
    refused = core.call("PUT", assign, json={"permissions": ["USER"]})
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    _account(core, "POST", f"{path}/metastores/{METASTORE_ID}", {})
    again = f"{core.url('prod')}/api/2.1/unity-catalog/workspaces/{number}/metastore"
    assert core.call("PATCH", again, json={}).status_code == 200
    assert core.call("PUT", assign, json={"permissions": ["USER"]}).status_code == 200


def test_the_account_reads_and_names_its_metastore(core: Core) -> None:
    """By id and in the list; a second one is refused."""
    _account(core, "PUT", f"/metastores/{METASTORE_ID}", {"metastore_info": {"name": "ours"}})
    assert _account(core, "GET", f"/metastores/{METASTORE_ID}")["metastore_info"]["name"] == "ours"
    assert [one["name"] for one in _account(core, "GET", "/metastores")["metastores"]] == ["ours"]
    second = {"metastore_info": {"name": "second", "region": "local"}}
    refused = core.call("POST", f"{core.account_url}/api/2.0/accounts/a/metastores", json=second)
    assert (refused.status_code, METASTORE_ID in refused.json()["message"]) == (400, True)


def test_the_automatic_metastore_is_of_the_first_region_that_is_said(core: Core) -> None:
    """Of none until a workspace says one; from then on it stays."""

    def region() -> str | None:
        return core.admin().metastores.summary().region

    assert region() is None
    for said in ("westeurope", "northeurope"):
        body = {"name": "prod", "host": HOSTS["prod"], "region": said}
        assert core.call("POST", f"{core.account_url}/local/workspaces", json=body).status_code == 200
        assert region() == "westeurope"


def test_system_schemas_go_on_and_off(core: Core) -> None:
    """The list says which are on."""
    url = f"{core.url('prod')}/api/2.1/unity-catalog/metastores/{METASTORE_ID}/systemschemas"

    def enabled() -> list[str]:
        found = core.call("GET", url).json()["schemas"]
        return [one["schema"] for one in found if one["state"] == "ENABLE_COMPLETED"]

    assert core.call("PUT", f"{url}/access", json={}).status_code == 200
    assert enabled() == ["access"]
    assert core.call("DELETE", f"{url}/access").status_code == 200
    assert enabled() == []


def test_a_rule_set_is_replaced_by_who_read_it_last(core: Core) -> None:
    """A stale etag is a conflict; the account's id in the name does not matter."""
    name = "accounts/a/servicePrincipals/x/ruleSets/default"
    rules = [{"principals": ["groups/users"], "role": "roles/servicePrincipal.user"}]
    url = f"{core.account_url}{_RULE_SETS}"
    body = {"name": name, "rule_set": {"name": name, "etag": "", "grant_rules": rules}}
    etag = core.call("PUT", url, json=body).json()["etag"]
    assert core.call("GET", url, params={"name": name.replace("/a/", "/b/")}).json()["grant_rules"] == rules
    assert core.call("PUT", url, json=body | {"rule_set": {"etag": f"{etag}0"}}).status_code == 409


def test_groups_can_be_shown_to_admins_alone(core: Core) -> None:
    """As a directory may that other principals do not read whole."""
    core.application("task")
    url = f"{core.url('prod')}/api/2.0/preview/scim/v2/Users"
    assert "groups" in core.call("GET", url, core.token("task")).json()["Resources"][0]
    assert core.call("PUT", f"{core.account_url}/local/directory", json={"groups_for": "admins"}).status_code == 200
    assert "groups" not in core.call("GET", url, core.token("task")).json()["Resources"][0]
    assert "groups" in core.call("GET", url).json()["Resources"][0]
    wrong = core.call("PUT", f"{core.account_url}/local/directory", json={"groups_for": "some"})
    assert "not one of everybody, admins" in wrong.json()["message"]
