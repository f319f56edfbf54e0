"""What lies in a workspace folder inherits what the folder gives; `/Shared` gives everything to everybody."""

from typing import Any

import pytest
from databricks.sdk.errors import NotFound, PermissionDenied
from databricks.sdk.service import iam, sql

from tests.localcloud.core import Core


@pytest.fixture
def users(core: Core) -> Core:
    """`core` with two users and a folder of the platform's own."""
    for name in ("ann@example.com", "bob@example.com"):
        core.admin().users.create(user_name=name)
    core.admin().workspace.mkdirs("/mlops/prod/serving")
    return core


def _permit(core: Core, path: str, user: str, level: str) -> None:
    entry: dict[str, Any] = {"access_control_list": [{"user_name": user, "permission_level": level}]}
    number = core.admin().workspace.get_status(path).object_id
    answer = core.call("PUT", f"{core.url('prod')}/api/2.0/permissions/directories/{number}", json=entry)
    assert answer.status_code == 200, answer.text


def _query(core: Core, path: str) -> str:
    query = sql.CreateQueryRequestQuery(display_name="q", query_text="SELECT 1", warehouse_id="w", parent_path=path)
    return str(core.admin().queries.create(query=query).id)


def test_everybody_manages_what_lies_in_shared(users: Core) -> None:
    """Permissions on the object restrict nobody there: it is changed and deleted by any workspace user."""
    number = _query(users, "/Workspace/Shared")
    entry: dict[str, Any] = {"access_control_list": [{"user_name": "ann@example.com", "permission_level": "CAN_READ"}]}
    url = f"{users.url('prod')}/api/2.0/permissions/queries/{number}"
    answer = users.call("PUT", url, json=entry)
    inherited = [
        each for each in answer.json()["access_control_list"] if each["all_permissions"][0]["inherited"] is True
    ]
    assert {
        "group_name": "users",
        "all_permissions": [{"permission_level": "CAN_MANAGE", "inherited": True}],
    } in inherited
    bob = users.sdk("bob@example.com")
    changed = sql.UpdateQueryRequestQuery(query_text="SELECT 2")
    assert bob.queries.update(number, update_mask="query_text", query=changed).query_text == "SELECT 2"
    bob.queries.delete(number)
    with pytest.raises(NotFound):
        users.admin().queries.get(number)


def test_a_folder_of_ones_own_is_closed_until_it_is_opened(users: Core) -> None:
    """Nobody reads the query, the dashboard or the folder; who may read the folder around reads all of them."""
    number = _query(users, "/Workspace/mlops/prod/serving")
    board = users.call(
        "POST",
        f"{users.url('prod')}/api/2.0/lakeview/dashboards",
        json={"display_name": "b", "parent_path": "/Workspace/mlops/prod/serving"},
    ).json()["dashboard_id"]
    ann = users.sdk("ann@example.com")
    for refused in (
        lambda: ann.queries.get(number),
        lambda: ann.lakeview.get(board),
        lambda: ann.workspace.get_status("/mlops/prod/serving"),
        lambda: ann.workspace.mkdirs("/mlops/prod/mine"),
        lambda: ann.workspace.mkdirs("/mine"),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert list(ann.queries.list()) == []
    _permit(users, "/mlops/prod", "ann@example.com", "CAN_READ")
    assert (ann.queries.get(number).display_name, ann.lakeview.get(board).display_name) == ("q", "b")
    with pytest.raises(PermissionDenied, match="CAN_EDIT"):
        ann.queries.update(number, update_mask="query_text", query=sql.UpdateQueryRequestQuery(query_text="SELECT 2"))
    with pytest.raises(PermissionDenied):
        users.sdk("bob@example.com").queries.get(number)


def test_a_user_manages_their_home(users: Core) -> None:
    """And makes folders there, which another user does not see."""
    users.sdk("ann@example.com").workspace.mkdirs("/Users/ann@example.com/notes")
    with pytest.raises(PermissionDenied):
        users.sdk("bob@example.com").workspace.get_status("/Users/ann@example.com/notes")


def test_an_admin_of_one_workspace_changes_nothing_of_another(users: Core) -> None:
    """Also not through their own workspace's address."""
    admins = users.admin().groups.create(display_name="dev-owners", members=[iam.ComplexValue(value=_id(users))])
    dev = users.cloud.workspace("dev").workspace_id
    url = f"{users.account_url}/api/2.0/accounts/a/workspaces/{dev}/permissionassignments/principals/{admins.id}"
    assert users.call("PUT", url, json={"permissions": ["ADMIN"]}).status_code == 200
    made = users.admin("prod").warehouses.create(name="w", cluster_size="2X-Small").response.id
    body: dict[str, Any] = {"access_control_list": []}
    for workspace, expected in (("dev", 404), ("prod", 403)):
        token = users.token("ann@example.com", workspace)
        path = f"{users.url(workspace)}/api/2.0/permissions/sql/warehouses/{made}"
        assert users.call("PUT", path, token, json=body).status_code == expected


def _id(users: Core) -> str:
    return next(u["id"] for u in users.cloud.store.all("user") if u["userName"] == "ann@example.com")
