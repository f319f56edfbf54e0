"""SCIM filters and PATCH operations, and who is in which group."""

from typing import Any

import pytest

from localcloud.kernel.directory import memberships
from localcloud.kernel.errors import ApiError
from localcloud.services.identity.scim import cleaned, listing, matches, patched


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
    assert matches({"displayName": "ml-engineers"}, expression) is expected


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
    assert matches({"displayName": name}, f"displayName eq {value}")
    assert not matches({"displayName": f"{name}x"}, f"displayName eq {value}")


def test_a_filter_that_is_not_understood_is_refused() -> None:
    """It is not taken for one that everything passes."""
    with pytest.raises(ApiError, match="is not understood"):
        matches({}, "displayName pr or active eq true and x")


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
    assert [m["value"] for m in patched(group, {"Operations": [operation]})["members"]] == members


def test_the_empty_entitlements_of_the_provider_are_dropped() -> None:
    """`entitlements: [{}]` echoed back would fail the provider's next plan."""
    assert cleaned({"displayName": "g", "entitlements": [{}]}) == {"displayName": "g", "entitlements": []}


def test_a_listing_is_cut_into_pages() -> None:
    """`startIndex` counts from 1, and past the end the page is empty."""
    documents = [{"id": str(n)} for n in range(5)]
    assert [d["id"] for d in listing(documents, 2, 2)["Resources"]] == ["1", "2"]
    assert listing(documents, 6, 2)["Resources"] == []


def test_memberships_reach_through_groups_and_end_in_cycles() -> None:
    """A member of an inner group is in the outer ones too; two groups holding each other are harmless."""
    groups: dict[str, dict[str, Any]] = {
        "10": {"displayName": "inner", "members": [{"value": "1"}]},
        "11": {"displayName": "outer", "members": [{"value": "10"}, {"value": "12"}]},
        "12": {"displayName": "loop", "members": [{"value": "11"}]},
        "13": {"displayName": "other", "members": [{"value": "2"}]},
    }
    assert memberships("1", groups) == {"inner", "outer", "loop"}
