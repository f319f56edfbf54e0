"""What settings do, behind their routes."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="settings and configuration of workspaces",
        does="a change by an older etag is refused with the newest one",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/settings",
        witness="tests/localcloud/services/settings/test_settings.py::test_a_change_needs_the_newest_etag",
    ),
    Behaviour(
        area="settings and configuration of workspaces",
        does="only account admins change what workspace admins may do",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/workspace-settings/restrict-workspace-admins",
        witness="tests/localcloud/services/settings/test_settings.py::test_admins_do_not_free_themselves",
    ),
    Behaviour(
        area="settings and configuration of workspaces",
        does="no token is made for longer than `maxTokenLifetimeDays`",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/access-control/tokens",
        witness="tests/localcloud/services/settings/test_configuration.py::test_no_token_outlives_the_workspaces_limit",
    ),
    Behaviour(
        area="settings and configuration of workspaces",
        does="all else is kept, and nothing acts on it",
        level=Level.STATEFUL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/services/settings/test_configuration.py::test_values_are_kept_and_erased",
    ),
    Behaviour(
        area="IP access lists",
        does="made, replaced, changed and deleted in their workspace; nobody is held back",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/workspace/ipaccesslists",
        witness="tests/localcloud/services/settings/test_ip_access_lists.py::test_a_list_lives_and_dies",
    ),
    Behaviour(
        area="IP access lists",
        does="what is no list is refused, and more than 1,000 addresses",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/ipaccesslists/create",
        witness="tests/localcloud/services/settings/test_ip_access_lists.py::test_what_is_no_list_is_refused",
    ),
)
