"""Who may publish to an online store, whichever resource makes the store."""

from typing import Any

import pytest

from policies.access.model import Key
from tests.policies.access.estates import access, prod

STORE = Key(kind="online store", name="prod/features")


def _with_store(type_: str) -> dict[str, Any]:
    document = prod()
    document["resource"][type_] = {"s": {"name": "features", "capacity": "CU_1"}}
    document["resource"]["databricks_permissions"]["s"] = {
        "database_instance_name": f"${{{type_}.s.name}}",
        "access_control": [{"group_name": "people", "permission_level": "CAN_USE"}],
    }
    return document


@pytest.mark.parametrize("type_", ["databricks_online_store", "databricks_database_instance"])
def test_who_may_use_the_store_is_shown(type_: str) -> None:
    """A named group publishes and does not manage; admins of the workspace do both; nobody else either."""
    found = access(prod_workspace=_with_store(type_))
    held = {(item.principal, item.privilege) for item in found.matrix() if item.key == STORE}
    assert {("people", "CAN_USE"), ("owners", "CAN_USE"), ("owners", "CAN_MANAGE")} <= held
    assert ("people", "CAN_MANAGE") not in held
    assert not {who for who, _ in held} & {"readers", "dev-job", "prod-job"}
