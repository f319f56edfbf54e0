"""Behaviours of the directory."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="unknown fields, attributes and PATCH paths are refused",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/users/patch",
        witness="tests/localcloud/services/identity/test_scim.py::test_a_patch_that_is_not_understood_is_refused",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="userName and emails cannot be changed; a PUT replaces everything else, including a group's members",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/users/update",
        witness="tests/localcloud/services/identity/test_scim_routes.py::test_a_put_of_a_group_replaces_its_members",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="memberships of nested groups count",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/users-groups/groups",
        witness="tests/localcloud/services/identity/test_scim.py::test_memberships_reach_through_groups_and_end_in_cycles",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="an unsupported filter is refused",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/groups",
        witness="tests/localcloud/services/identity/test_scim.py::test_a_filter_that_is_not_understood_is_refused",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="a directory can show groups to admins only; other callers get none",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/groups",
        witness="tests/localcloud/services/unity/test_metastores.py::test_groups_can_be_shown_to_admins_alone",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="a token works in its workspace until it expires or its principal is deleted",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/dev-tools/auth/pat",
        witness="tests/localcloud/kernel/test_app.py::test_a_token_works_in_its_workspace_until_it_ends",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="workspace assignments are stored, without any effect",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/account/workspaceassignment",
        witness="tests/localcloud/services/identity/test_directory.py::test_workspace_assignments",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="each workspace decides who may use tokens; only the group `admins` has CAN_MANAGE on them",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/auth/api-access-permissions",
        witness="tests/localcloud/services/identity/test_own_tokens.py::test_each_workspace_says_who_may_use_tokens",
    ),
    Behaviour(
        area="groups, service principals, permissions, tokens",
        does="attributes of another kind of principal may be requested, and are omitted from the answer",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/account/accountserviceprincipals/get",
        witness="tests/localcloud/services/identity/test_scim_routes.py::test_attributes_of_another_kind_are_left_out",
    ),
    Behaviour(
        area="federation policies",
        does="stored as declared, with the account's id as the default audience; nobody signs in with one",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/account/serviceprincipalfederationpolicy/create",
        witness="tests/localcloud/services/identity/test_federation_policies.py::test_a_policy_lives_its_whole_life",
    ),
)
