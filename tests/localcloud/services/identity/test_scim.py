"""SCIM filters and PATCH operations, and who is in which group."""

from typing import Any

import pytest

from localcloud.kernel.directory import Kind, memberships
from localcloud.kernel.errors import ApiError
from localcloud.services.identity import filters, scim
from localcloud.services.identity.filters import listing, parse


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (None, True),
        ('displayName eq "ML-Engineers"', True),
        ("displayname eq 'ml-engineers'", True),
        ('displayName eq "ml"', False),
        ('displayName co "engin"', True),
        ('displayName sw "ml-"', True),
        ('displayName ne "ml-engineers"', False),
        ('displayName ew "ers"', True),
        ("displayName pr", True),
        ("nickName pr", False),
        ('displayName sw "ml" and displayName co "x"', False),
        ('displayName co "x" or displayName sw "ml"', True),
        ('displayName pr or displayName pr and displayName eq "x"', True),
        ('displayName eq "x" and displayName pr or nickName pr', False),
    ],
)
def test_filters(expression: str | None, expected: bool) -> None:
    """Field and value compare without regard to case."""
    assert parse(expression).accepts({"displayName": "ml-engineers"}) is expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("o'brien@example.com", '"o\'brien@example.com"'),
        ("o'brien@example.com", "'o\\'brien@example.com'"),
        ('Risk "A" team', '"Risk \\"A\\" team"'),
        ("a and b", '"a and b"'),
        ("a\\b", '"a\\\\b"'),
    ],
)
def test_a_value_ends_at_its_own_quote(name: str, value: str) -> None:
    """The other quote, an escaped one and words of the filter's own are part of a value."""
    wanted = parse(f"displayName eq {value}")
    assert wanted.accepts({"displayName": name})
    assert not wanted.accepts({"displayName": f"{name}x"})


def test_a_filter_that_is_not_understood_is_refused() -> None:
    """It is not taken for one that everything passes."""
    with pytest.raises(ApiError, match="is not understood"):
        parse("displayName pr or active eq true and x")


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ({"op": "add", "path": "members", "value": [{"value": "3"}]}, ["1", "2", "3"]),
        ({"op": "add", "path": "members", "value": [{"value": "1"}]}, ["2", "1"]),
        ({"op": "add", "value": {"members": [{"value": "3"}]}}, ["1", "2", "3"]),
        ({"op": "Remove", "path": 'members[value eq "1"]'}, ["2"]),
        ({"op": "remove", "path": "members", "value": [{"value": "2"}]}, ["1"]),
        ({"op": "remove", "path": "members"}, []),
        ({"op": "replace", "path": "members", "value": [{"value": "9"}]}, ["9"]),
    ],
)
def test_members_are_patched(operation: dict[str, Any], members: list[str]) -> None:
    """In all the forms that the Terraform provider and the SDK send."""
    group = {"displayName": "g", "members": [{"value": "1"}, {"value": "2"}]}
    assert [m["value"] for m in scim.patched("group", group, {"Operations": [operation]})["members"]] == members


def test_the_empty_entitlements_of_the_provider_are_dropped() -> None:
    """`entitlements: [{}]` echoed back would fail the provider's next plan."""
    assert scim.made("group", {"displayName": "g", "entitlements": [{}]}) == {"displayName": "g", "entitlements": []}


def test_a_listing_is_cut_into_pages() -> None:
    """`startIndex` counts from 1, and past the end the page is empty."""
    documents = [{"id": str(n)} for n in range(5)]
    assert [d["id"] for d in listing(documents, 2, 2)["Resources"]] == ["1", "2"]
    assert listing(documents, 6, 2)["Resources"] == []
    assert [d["id"] for d in listing(documents, 0, None)["Resources"]] == ["0", "1", "2", "3", "4"]
    only_how_many = listing(documents, 1, 0)
    assert (only_how_many["totalResults"], only_how_many["Resources"]) == (5, [])


ANN: dict[str, Any] = {
    "id": "7",
    "schemas": ["s"],
    "userName": "ann@example.com",
    "active": True,
    "name": {"givenName": "Ann", "familyName": "Lee"},
    "emails": [{"value": "ann@example.com", "type": "work"}, {"value": "a@home.example", "type": "home"}],
    "groups": [{"value": "10", "display": "risk"}],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('name.givenName eq "ann"', True),
        ("active eq true", True),
        ("active eq false", False),
        ('emails co "home"', True),
        ('emails.type eq "work"', True),
        ('emails ne "a@home.example"', False),
        ('groups.display eq "risk"', True),
        ('name.middleName eq ""', True),
    ],
)
def test_a_filter_reads_parts_and_lists(expression: str, expected: bool) -> None:
    """A dot leads into a part; one value of a list is enough, and `ne` means none of them."""
    assert parse(expression).accepts(ANN) is expected


@pytest.mark.parametrize(
    ("attributes", "excluded", "shown"),
    [
        ("userName", None, {"id": "7", "schemas": ["s"], "userName": "ann@example.com"}),
        ("username, name.familyName", None, {"userName": "ann@example.com", "name": {"familyName": "Lee"}}),
        ("emails.type", None, {"emails": [{"type": "work"}, {"type": "home"}]}),
        (None, "emails,name,groups,id", {"userName": "ann@example.com", "active": True}),
        (None, "userName,active,emails,groups,name.givenName", {"name": {"familyName": "Lee"}}),
    ],
)
def test_only_the_attributes_that_are_asked_for_are_shown(
    attributes: str | None, excluded: str | None, shown: dict[str, Any]
) -> None:
    """`id` and `schemas` always; a dot leads into a part."""
    assert filters.projected(ANN, attributes, excluded) == {"id": "7", "schemas": ["s"], **shown}


@pytest.mark.parametrize(
    ("sort_by", "sort_order", "expected"),
    [
        ("userName", None, ["a", "b", "none"]),
        ("userName", "descending", ["b", "a", "none"]),
        ("name.givenName", "ascending", ["b", "a", "none"]),
        (None, None, ["b", "none", "a"]),
    ],
)
def test_documents_are_ordered_by_an_attribute(
    sort_by: str | None, sort_order: str | None, expected: list[str]
) -> None:
    """Ascending unless said otherwise; those without it come last."""
    documents: list[dict[str, Any]] = [
        {"id": "b", "userName": "Bob", "name": {"givenName": "a"}},
        {"id": "none"},
        {"id": "a", "userName": "ann", "name": {"givenName": "z"}},
    ]
    assert [each["id"] for each in filters.ordered(documents, sort_by, sort_order)] == expected


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        ({"op": "replace", "path": "displayName", "value": "Ann L."}, {"displayName": "Ann L."}),
        ({"op": "REPLACE", "path": "displayname", "value": "Ann L."}, {"displayName": "Ann L."}),
        ({"op": "add", "value": {"active": "False", "externalId": "x"}}, {"active": False, "externalId": "x"}),
        (
            {"op": "replace", "path": "name.familyName", "value": "Ray"},
            {"name": {"givenName": "Ann", "familyName": "Ray"}},
        ),
        ({"op": "remove", "path": "name.familyName"}, {"name": {"givenName": "Ann"}}),
        ({"op": "replace", "path": "userName", "value": "eve@example.com"}, {}),
        ({"op": "remove", "path": 'emails[value eq "a@home.example"]'}, {}),
        (
            {"op": "add", "path": "entitlements", "value": [{"value": "workspace-access"}]},
            {"entitlements": [{"value": "workspace-access"}]},
        ),
    ],
)
def test_a_user_is_patched(operation: dict[str, Any], after: dict[str, Any]) -> None:
    """By value, by path and by part; a change of `userName` and `emails` is passed over, as the SDK says."""
    assert scim.patched("user", ANN, {"Operations": [operation]}) == ANN | after


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"op": "move", "path": "displayName"}, "is not one of add, remove, replace"),
        ({"op": "remove"}, "PATCH remove needs a path"),
        ({"op": "add", "value": "x"}, "needs an object of fields"),
        ({"op": "add", "path": "displayName", "valu": "x"}, "valu of an operation are not understood"),
        ({"op": "replace", "path": "nickName", "value": "x"}, "'nickName' is not understood"),
        ({"op": "replace", "path": "groups", "value": []}, "groups is not written"),
        ({"op": "replace", "path": "id", "value": "8"}, "id is not written"),
        ({"op": "replace", "path": "displayName.x", "value": "x"}, "'displayName.x' is not understood"),
        ({"op": "add", "path": 'members[value eq "1"]', "value": []}, "only entries of a list are removed so"),
        ({"op": "add", "path": "members", "value": ["1"]}, "members must be a list of"),
        ({"op": "add", "path": "entitlements", "value": [{"value": "root"}]}, "entitlement 'root' is not one of"),
        ({"op": "remove", "path": "displayName"}, "displayName cannot be removed"),
    ],
)
def test_a_patch_that_is_not_understood_is_refused(operation: dict[str, Any], message: str) -> None:
    """By what is wrong with it: nothing is dropped, and nothing is kept under a name that nobody reads."""
    with pytest.raises(ApiError, match=message):
        scim.patched("group", {"displayName": "g"}, {"Operations": [operation]})


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        ("user", {"userName": "a@b", "nickName": "x"}, "nickName of a user are not understood"),
        ("user", {"userName": "a@b", "id": "1"}, "id is given by the directory"),
        ("user", {"userName": "ann"}, "userName 'ann' is not an email address"),
        ("user", {"userName": "a@b", "active": "perhaps"}, "active is 'perhaps': give true or false"),
        ("user", {"userName": "a@b", "name": {"middleName": "x"}}, "middleName of a name are not understood"),
        ("user", {"userName": "a@b", "groups": [{"value": "1"}]}, "groups of a user are not understood"),
        ("user", {"userName": "a@b", "schemas": ["x"]}, r"schemas \['x'\] are not understood"),
        ("group", {"displayName": "g", "active": True}, "active of a group are not understood"),
        ("group", {"displayName": "g", "members": [{"value": "1", "role": "x"}]}, "role of an entry of members"),
        ("group", {"displayName": "g", "meta": {"resourceType": "WorkspaceGroup"}}, "groups here are the account's"),
        ("group", {"displayName": "g", "entitlements": [{"value": "root"}]}, "entitlement 'root' is not one of"),
        ("service_principal", {"displayName": "s", "members": [{"value": "1"}]}, "members of a service_principal"),
    ],
)
def test_a_body_that_is_not_understood_is_refused(kind: Kind, body: dict[str, Any], message: str) -> None:
    """By the field's name."""
    with pytest.raises(ApiError, match=message):
        scim.made(kind, body)


def test_a_put_replaces_all_that_can_change() -> None:
    """What it leaves out is gone; `userName`, `emails` and `applicationId` stay as they were made."""
    put = {"userName": "eve@example.com", "displayName": "Ann", "groups": [{"value": "10"}]}
    left = {name: ANN[name] for name in ("id", "userName", "emails", "active")}
    assert scim.replaced("user", ANN, put, ["10"]) == left | {"displayName": "Ann"}
    with pytest.raises(ApiError, match="groups is not written here"):
        scim.replaced("user", ANN, put, [])
    robot = {"id": "8", "applicationId": "a", "displayName": "robot", "active": True}
    with pytest.raises(ApiError, match="applicationId is 'a' and stays so; given: 'b'"):
        scim.replaced("service_principal", robot, {"displayName": "r", "applicationId": "b"}, [])


def test_memberships_reach_through_groups_and_end_in_cycles() -> None:
    """A member of an inner group is in the outer ones too; two groups holding each other are harmless."""
    groups: dict[str, dict[str, Any]] = {
        "10": {"displayName": "inner", "members": [{"value": "1"}]},
        "11": {"displayName": "outer", "members": [{"value": "10"}, {"value": "12"}]},
        "12": {"displayName": "loop", "members": [{"value": "11"}]},
        "13": {"displayName": "other", "members": [{"value": "2"}]},
    }
    assert memberships("1", groups) == {"inner", "outer", "loop"}
