"""Behaviours of settings."""

from localcloud.kernel.parity import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="settings and configuration of workspaces",
        does="a change with an outdated etag is refused, with the newest etag",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/settings",
        witness="tests/localcloud/services/settings/test_settings.py::test_a_change_needs_the_newest_etag",
    ),
    Behaviour(
        area="settings and configuration of workspaces",
        does="only account admins can change the restrictions of workspace admins",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/workspace-settings/restrict-workspace-admins",
        witness="tests/localcloud/services/settings/test_settings.py::test_admins_do_not_free_themselves",
    ),
    Behaviour(
        area="settings and configuration of workspaces",
        does="tokens cannot live longer than `maxTokenLifetimeDays`",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/admin/access-control/tokens",
        witness="tests/localcloud/services/settings/test_configuration.py::test_no_token_outlives_the_workspaces_limit",
    ),
    Behaviour(
        area="settings and configuration of workspaces",
        does="all other settings are stored, without any effect",
        level=Level.STATEFUL,
        follows="docs/localcloud.md",
        witness="tests/localcloud/services/settings/test_configuration.py::test_values_are_kept_and_erased",
    ),
    Behaviour(
        area="IP access lists",
        does="created, replaced, changed and deleted in their workspace; no request is blocked",
        level=Level.STATEFUL,
        follows="https://docs.databricks.com/api/azure/workspace/ipaccesslists",
        witness="tests/localcloud/services/settings/test_ip_access_lists.py::test_a_list_lives_and_dies",
    ),
    Behaviour(
        area="IP access lists",
        does="malformed lists, and more than 1,000 addresses, are refused",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/ipaccesslists/create",
        witness="tests/localcloud/services/settings/test_ip_access_lists.py::test_what_is_no_list_is_refused",
    ),
)
