"""IP access lists of a workspace."""

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service.settings import ListType

from tests.localcloud.core import Core


def test_a_list_lives_and_dies(core: Core) -> None:
    """Made, read, listed, replaced, changed and deleted, in its workspace alone."""
    lists = core.admin().ip_access_lists
    made = lists.create("offices", ListType.ALLOW, ip_addresses=["203.0.113.0/24"]).ip_access_list
    assert made is not None
    identifier = str(made.list_id)
    assert (made.enabled, made.address_count) == (True, 1)
    lists.replace(identifier, "offices", ListType.ALLOW, False, ip_addresses=["203.0.113.0/24", "198.51.100.7"])
    found = lists.get(identifier).ip_access_list
    assert found is not None
    assert (found.enabled, found.ip_addresses) == (False, ["203.0.113.0/24", "198.51.100.7"])
    lists.update(identifier, label="all offices")
    assert [(each.label, each.address_count) for each in lists.list()] == [("all offices", 2)]
    assert list(core.admin("dev").ip_access_lists.list()) == []
    lists.delete(identifier)
    with pytest.raises(NotFound):
        lists.get(identifier)


def test_what_is_no_list_is_refused(core: Core) -> None:
    """A type that there is not, no label, what is no address; more than 1,000; and whoever is no admin."""
    lists = core.admin().ip_access_lists
    body = {"label": "", "list_type": "DENY", "ip_addresses": ["203.0.113.0/40"]}
    answer = core.call("POST", f"{core.url('prod')}/api/2.0/ip-access-lists", json=body)
    assert answer.status_code == 400
    for said in (
        "has 3 problem(s)",
        "label is missing",
        "use one of ALLOW, BLOCK",
        "'203.0.113.0/40' is neither an address",
    ):
        assert said in answer.json()["message"]
    addresses = [f"10.0.{number // 256}.{number % 256}" for number in range(1000)]
    lists.create("all", ListType.BLOCK, ip_addresses=addresses)
    with pytest.raises(BadRequest, match="1001 addresses in all lists"):
        lists.create("more", ListType.BLOCK, ip_addresses=["192.0.2.1"])
    core.application("runner")
    with pytest.raises(PermissionDenied):
        list(core.sdk("runner").ip_access_lists.list())
