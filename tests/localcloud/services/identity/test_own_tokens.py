"""Tokens that callers make for themselves, and the levels that an object's permissions have."""

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel

from tests.localcloud.core import Core


def test_a_token_of_ones_own_works_is_listed_and_is_deleted(core: Core) -> None:
    """It acts as who made it, in that workspace; others neither see nor delete it."""
    application = core.application("ann")
    core.application("ben")
    ann = core.sdk("ann")
    made = ann.tokens.create(comment="laptop", lifetime_seconds=3600)
    own = WorkspaceClient(host=core.url("prod"), token=made.token_value, auth_type="pat")
    assert own.current_user.me().user_name == application
    assert made.token_info is not None
    listed = {token.token_id: token.comment for token in ann.tokens.list()}
    assert listed[made.token_info.token_id] == "laptop"
    with pytest.raises(NotFound, match="or is not yours"):
        core.sdk("ben").tokens.delete(str(made.token_info.token_id))
    ann.tokens.delete(str(made.token_info.token_id))
    with pytest.raises(PermissionDenied, match="Invalid access token"):
        own.current_user.me()


def test_a_token_without_a_lifetime_lasts_two_years(core: Core) -> None:
    """As the SDK documents it; a longer one, or a field that is not read, is refused."""
    tokens = core.admin().tokens
    info = tokens.create().token_info
    assert info is not None
    assert int(info.expiry_time or 0) - int(info.creation_time or 0) == pytest.approx(2 * 365 * 86_400_000, abs=1000)
    with pytest.raises(BadRequest, match="lifetime_seconds 99999999999 is not a number of seconds within"):
        tokens.create(lifetime_seconds=99_999_999_999)
    with pytest.raises(BadRequest, match=r"Field\(s\) scopes are not read locally"):
        tokens.create(scopes=["sql"])


def test_once_somebody_may_use_tokens_others_may_not(core: Core) -> None:
    """CAN_USE on authorization/tokens."""
    ann = core.application("ann")
    core.application("ben")
    entry = AccessControlRequest(service_principal_name=ann, permission_level=PermissionLevel.CAN_USE)
    core.admin().permissions.set("authorization", "tokens", access_control_list=[entry])
    assert core.sdk("ann").tokens.create().token_value
    with pytest.raises(PermissionDenied, match="does not have CAN_USE permissions on authorization tokens"):
        core.sdk("ben").tokens.create()


def test_tokens_are_managed_by_admins_alone(core: Core) -> None:
    """The provider says so with CAN_USE of others, and reads it back; nobody else is given CAN_MANAGE."""
    ann = core.application("ann")
    url = f"{core.url('prod')}/api/2.0/permissions/authorization/tokens"
    use = {"service_principal_name": ann, "permission_level": "CAN_USE"}
    manage = {"group_name": "admins", "permission_level": "CAN_MANAGE"}
    assert core.call("PUT", url, json={"access_control_list": [use, manage]}).status_code == 200
    found = core.call("GET", url).json()
    assert (found["object_type"], found["object_id"]) == ("tokens", "/authorization/tokens")
    held = [
        (entry.get("group_name", entry.get("service_principal_name")), each["permission_level"], each["inherited"])
        for entry in found["access_control_list"]
        for each in entry["all_permissions"]
    ]
    assert held == [(ann, "CAN_USE", False), ("admins", "CAN_MANAGE", False), ("admins", "CAN_MANAGE", True)]
    answer = core.call("PUT", url, json={"access_control_list": [use | {"permission_level": "CAN_MANAGE"}]})
    assert (answer.status_code, "for the group admins alone" in answer.json()["message"]) == (400, True)


def test_each_workspace_says_who_may_use_tokens(core: Core) -> None:
    """What one says holds nowhere else."""
    ann = core.application("ann")
    core.application("ben")
    entry = AccessControlRequest(service_principal_name=ann, permission_level=PermissionLevel.CAN_USE)
    core.admin("prod").permissions.set("authorization", "tokens", access_control_list=[entry])
    assert core.sdk("ben", "dev").tokens.create().token_value
    with pytest.raises(PermissionDenied):
        core.sdk("ben", "prod").tokens.create()


def test_the_levels_of_an_objects_permissions_are_told(core: Core) -> None:
    """Weakest first; to those who may manage it only."""
    warehouse = core.admin().warehouses.create(name="w", cluster_size="Small", max_num_clusters=1).result()
    found = core.admin().permissions.get_permission_levels("warehouses", str(warehouse.id)).permission_levels or []
    levels = [one.permission_level.value for one in found if one.permission_level]
    assert levels == ["CAN_VIEW", "CAN_MONITOR", "CAN_USE", "CAN_MANAGE", "IS_OWNER"]
    core.application("ben")
    with pytest.raises(PermissionDenied):
        core.sdk("ben").permissions.get_permission_levels("warehouses", str(warehouse.id))
