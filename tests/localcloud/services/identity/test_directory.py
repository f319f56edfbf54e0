"""Users, service principals and groups through the SDK."""

import pytest
from databricks.sdk.errors import NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.service import iam

from tests.localcloud.core import Core


def test_a_member_joins_and_leaves_a_group(core: Core) -> None:
    """Membership shows in the group and decides who the caller is."""
    admin = core.admin()
    core.application("runner")
    runner = next(admin.service_principals.list(filter='displayName eq "runner"'))
    group = admin.groups.create(display_name="ml-engineers")
    add = iam.Patch(op=iam.PatchOp.ADD, path="members", value=[{"value": runner.id}])
    schemas = [iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]
    admin.groups.patch(str(group.id), operations=[add], schemas=schemas)
    assert [m.display for m in admin.groups.get(str(group.id)).members or []] == ["runner"]
    assert "ml-engineers" in [g.display for g in core.sdk("runner").current_user.me().groups or []]
    remove = iam.Patch(op=iam.PatchOp.REMOVE, path=f'members[value eq "{runner.id}"]')
    admin.groups.patch(str(group.id), operations=[remove], schemas=schemas)
    assert admin.groups.get(str(group.id)).members in (None, [])


def test_deleting_a_principal_takes_it_out_of_its_groups(core: Core) -> None:
    """No group keeps a member that is gone."""
    admin = core.admin()
    user = admin.users.create(user_name="ana@example.com")
    group = admin.groups.create(display_name="analysts", members=[iam.ComplexValue(value=user.id)])
    admin.users.delete(str(user.id))
    assert admin.groups.get(str(group.id)).members in (None, [])
    with pytest.raises(NotFound):
        admin.users.get(str(user.id))


def test_names_are_unique(core: Core) -> None:
    """A second group of the same name is refused."""
    core.admin().groups.create(display_name="analysts")
    with pytest.raises(ResourceAlreadyExists, match="Group with displayName analysts already exists"):
        core.admin().groups.create(display_name="analysts")


def test_only_admins_change_the_directory(core: Core) -> None:
    """Everybody reads it."""
    core.application("runner")
    runner = core.sdk("runner")
    assert "admins" in [group.display_name for group in runner.groups.list()]
    with pytest.raises(PermissionDenied):
        runner.groups.create(display_name="mine")


def test_the_account_and_the_workspaces_share_one_directory(core: Core) -> None:
    """A group made on the account is there in every workspace."""
    url = f"{core.account_url}/api/2.0/accounts/1/scim/v2/Groups"
    user = core.admin("dev").users.create(user_name="ana@example.com")
    made = core.call("POST", url, json={"displayName": "g", "entitlements": [{}], "members": [{"value": user.id}]})
    assert made.status_code == 201
    core.call("PUT", f"{url}/{made.json()['id']}", json={"displayName": "h", "members": [{"value": user.id}]})
    found = core.admin("prod").groups.get(made.json()["id"])
    assert (found.display_name, [m.display for m in found.members or []]) == ("h", ["ana@example.com"])


def test_workspace_assignments(core: Core) -> None:
    """A principal is assigned, listed and taken away."""
    user = core.admin().users.create(user_name="ana@example.com")
    number = core.cloud.workspace("prod").workspace_id
    url = f"{core.account_url}/api/2.0/accounts/1/workspaces/{number}/permissionassignments"
    core.call("PUT", f"{url}/principals/{user.id}", json={"permissions": ["USER"]})
    assert core.call("GET", url).json() == {
        "permission_assignments": [
            {
                "principal": {
                    "principal_id": int(str(user.id)),
                    "display_name": "ana@example.com",
                    "user_name": "ana@example.com",
                },
                "permissions": ["USER"],
            }
        ]
    }
    core.call("DELETE", f"{url}/principals/{user.id}")
    assert core.call("GET", url).json() == {"permission_assignments": []}
