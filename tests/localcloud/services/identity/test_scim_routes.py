"""SCIM on a workspace and on the account, under every prefix that the SDK and the Terraform provider call."""

import pytest
from databricks.sdk.errors import BadRequest
from databricks.sdk.service.iam import ComplexValue, Name, Patch, PatchOp, ResourceMeta

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
    patch = {"Operations": [{"op": "replace", "path": "displayName", "value": "second"}]}
    assert core.call("PATCH", one, json=patch).json()["displayName"] == "second"
    assert core.call("PUT", one, json={"displayName": "third"}).json()["displayName"] == "third"
    assert core.call("DELETE", one).status_code == 204
    assert core.call("GET", one).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["admins", "users", "risk", "analysts"]),
        ({"sortBy": "displayName"}, ["admins", "analysts", "risk", "users"]),
        ({"sortBy": "displayName", "sortOrder": "descending", "count": 2}, ["users", "risk"]),
        ({"sortBy": "displayName", "startIndex": 2, "count": 2}, ["analysts", "risk"]),
        ({"filter": 'displayName ne "risk"', "startIndex": 3}, ["analysts"]),
        ({"count": 0}, []),
    ],
)
def test_groups_are_listed_as_they_are_asked_for(core: Core, query: dict[str, object], names: list[str]) -> None:
    """By filter, order and page."""
    for name in ("risk", "analysts"):
        core.admin().groups.create(display_name=name)
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/preview/scim/v2/Groups", params=query).json()
    assert [each["displayName"] for each in answer["Resources"]] == names
    assert answer["totalResults"] == (3 if "filter" in query else 4)


def test_attributes_of_another_kind_are_left_out(core: Core) -> None:
    """The Terraform provider asks for the `userName` of service principals, which have none."""
    application = core.application("ann")
    url = f"{core.account_url}/api/2.0/accounts/{ACCOUNT}/scim/v2/ServicePrincipals"
    (found,) = core.call("GET", url, params={"filter": 'displayName eq "ann"'}).json()["Resources"]
    asked = core.call("GET", f"{url}/{found['id']}", params={"attributes": "userName,displayName,applicationId"}).json()
    assert {name: asked[name] for name in asked if name != "schemas"} == {
        "id": found["id"],
        "displayName": "ann",
        "applicationId": application,
    }


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        ("Groups", {"limit": "5"}, "Query parameter(s) limit are not understood"),
        ("Groups", {"attributes": "nickName"}, "Attribute(s) nickName are not in a group"),
        ("Groups", {"filter": 'userName eq "x"'}, "Attribute(s) userName are not in a group"),
        ("Groups", {"filter": "not understood"}, "filter 'not understood' is not understood"),
        ("Users", {"sortBy": "applicationId"}, "Attribute(s) applicationId are not in a user"),
        ("Users", {"sortOrder": "ascending"}, "sortOrder needs sortBy"),
        ("Users", {"sortBy": "userName", "sortOrder": "up"}, "sortOrder 'up' is not one of"),
        ("Users", {"attributes": "id", "excludedAttributes": "name"}, "Give attributes or excludedAttributes"),
        ("Me", {"count": "1"}, "Query parameter(s) count are not understood"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(core: Core, path: str, query: dict[str, str], message: str) -> None:
    """By name, even if there is no document to show."""
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/preview/scim/v2/{path}", params=query)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_documents_have_what_the_sdk_names(core: Core) -> None:
    """A user's address and name come of what was given; a group says that it is the account's."""
    admin = core.admin()
    ann = admin.users.create(user_name="ann@example.com", name=Name(given_name="Ann", family_name="Lee"))
    assert (ann.display_name, ann.active) == ("Ann Lee", True)
    assert [each.as_dict() for each in ann.emails or []] == [
        {"type": "work", "value": "ann@example.com", "primary": True}
    ]
    group = admin.groups.create(display_name="risk", members=[ComplexValue(value=ann.id)])
    assert group.meta == ResourceMeta(resource_type="Group")
    assert [each.as_dict() for each in admin.users.get(str(ann.id)).groups or []] == [
        {"display": "risk", "type": "direct", "value": group.id}
    ]
    only = admin.users.get(str(ann.id), attributes="userName,groups.display").as_dict()
    assert only["groups"] == [{"display": "risk"}]
    assert only.keys() == {"id", "schemas", "userName", "groups"}
    url = f"{core.url('prod')}/api/2.0/preview/scim/v2/Users/{ann.id}"
    assert "groups" not in core.call("GET", url, params={"excludedAttributes": "groups"}).json()


def test_the_accounts_list_of_groups_is_without_members(core: Core) -> None:
    """They are read one group at a time, as the account's API says; a workspace lists them."""
    user = core.admin().users.create(user_name="ann@example.com")
    core.admin().groups.create(display_name="risk", members=[ComplexValue(value=user.id)])
    wanted = 'displayName eq "risk"'
    url = f"{core.account_url}/api/2.0/accounts/{ACCOUNT}/scim/v2/Groups"
    listed = core.call("GET", url, params={"filter": wanted}).json()
    assert "members" not in listed["Resources"][0]
    [found] = core.admin().groups.list(filter=wanted)
    assert [each.value for each in found.members or []] == [user.id]


def test_entitlements_are_a_workspaces(core: Core) -> None:
    """The account gives none."""
    body = {"displayName": "risk", "entitlements": [{"value": "workspace-access"}]}
    refused = core.call("POST", f"{core.account_url}/api/2.0/accounts/{ACCOUNT}/scim/v2/Groups", json=body)
    assert (refused.status_code, "in a workspace" in refused.json()["message"]) == (400, True)
    made = core.call("POST", f"{core.url('prod')}/api/2.0/preview/scim/v2/Groups", json=body)
    assert made.json()["entitlements"] == [{"value": "workspace-access"}]


def test_a_put_of_a_group_replaces_its_members(core: Core) -> None:
    """The entire group, as the SDK says: members that are not given are gone."""
    admin = core.admin()
    ann, bob = (admin.users.create(user_name=f"{name}@example.com") for name in ("ann", "bob"))
    group = str(admin.groups.create(display_name="risk", members=[ComplexValue(value=ann.id)]).id)
    admin.groups.update(group, display_name="risk", members=[ComplexValue(value=bob.id)])
    assert [each.value for each in admin.groups.get(group).members or []] == [bob.id]
    admin.groups.update(group, display_name="risks")
    assert admin.groups.get(group).members in (None, [])


@pytest.mark.parametrize("name", ["admins", "users"])
def test_the_systems_groups_stay(core: Core, name: str) -> None:
    """They are neither deleted nor renamed."""
    [group] = core.admin().groups.list(filter=f'displayName eq "{name}"')
    with pytest.raises(BadRequest, match="is the system's"):
        core.admin().groups.delete(str(group.id))
    with pytest.raises(BadRequest, match="is the system's"):
        core.admin().groups.patch(str(group.id), operations=[Patch(op=PatchOp.REPLACE, path="displayName", value="x")])
