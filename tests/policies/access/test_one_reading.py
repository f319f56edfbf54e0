"""The local cloud, which may not import the policies, reads privileges and groups as they do."""

import pytest

from localcloud.kernel.directory import EVERYONE
from localcloud.services.unity.privileges import Kind, Privilege, Securable, holds, spelled
from policies import rights
from policies.access.privileges import PRIVILEGES


@pytest.mark.parametrize("text", ["ALL PRIVILEGES", "all_privileges", " use  schema ", "modify", "New Right"])
def test_a_privilege_is_spelled_alike(text: str) -> None:
    """Whatever a document writes."""
    assert spelled(text) == rights.privilege(text)


@pytest.mark.parametrize("wanted", list(Privilege))
def test_all_privileges_cover_the_same(wanted: Privilege) -> None:
    """On a schema of somebody else's."""
    schema = Securable(kind=Kind.SCHEMA, full_name="a.b", owner="other", grants={"me": frozenset({"ALL_PRIVILEGES"})})
    entry = wanted in (Privilege.USE_CATALOG, Privilege.USE_SCHEMA)
    assert holds(frozenset({"me"}), [schema], wanted) is (entry or rights.covers("ALL_PRIVILEGES", wanted))


def test_everybody_is_in_the_same_groups() -> None:
    """By the names that grants use."""
    assert frozenset(rights.EVERYBODY) == EVERYONE


def test_the_review_knows_every_privilege_of_the_local_cloud() -> None:
    """A privilege that one of them lacks would be in no row."""
    known = {name for names in PRIVILEGES.values() for name in names} | {"ALL_PRIVILEGES"}
    assert {str(privilege) for privilege in Privilege} <= known
