"""One spelling for each principal and each privilege, whatever a document writes."""

import pytest

from policies.rights import is_everybody, principal, principal_key, privilege


@pytest.mark.parametrize("text", ["ALL PRIVILEGES", "all_privileges", " All  Privileges ", "ALL", "all\tprivileges"])
def test_every_spelling_of_all_privileges_is_one(text: str) -> None:
    """The provider takes them all, and the apply grants everything."""
    assert privilege(text) == "ALL_PRIVILEGES"


def test_a_privilege_is_upper_case_with_underscores() -> None:
    """Also one that this code does not know."""
    assert [privilege(text) for text in ("modify", "Use Schema", "new right")] == ["MODIFY", "USE_SCHEMA", "NEW_RIGHT"]


@pytest.mark.parametrize("text", ["Account Users", "account  users", " users ", "groups/account users", "USERS"])
def test_everybody_is_seen_in_every_spelling(text: str) -> None:
    """In another case, with more blanks, and as rule sets write it."""
    assert is_everybody(text)


@pytest.mark.parametrize("text", ["power users", "account-users-eu", "users@example.com", "groups/analysts"])
def test_other_names_are_not_everybody(text: str) -> None:
    """A name that only looks like a built-in group's stays as it is."""
    assert not is_everybody(text)
    assert principal(text) == text


def test_groups_that_differ_in_case_are_the_same() -> None:
    """The name that is shown keeps its case."""
    assert principal("Analysts") == "Analysts"
    assert principal_key("Analysts") == principal_key(" analysts")
