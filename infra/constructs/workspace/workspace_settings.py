"""The settings that lock a workspace down."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from infra.spec import LegacyTableAcl, Security

# Each of these is off: ways around Unity Catalog, or out of the workspace.
_TURNED_OFF = (
    "enableDbfsFileBrowser",
    "enableDeprecatedClusterNamedInitScripts",
    "enableDeprecatedGlobalInitScripts",
    "enableExportNotebook",
    "enableNotebookTableClipboard",
    "enableResultsDownloading",
    "enableWebTerminal",
)
_ACL_PRIVILEGES = {"read": ("USAGE", "SELECT"), "write": ("USAGE", "SELECT", "MODIFY", "CREATE")}


@dataclass(frozen=True, kw_only=True)
class WorkspaceSettingsProps:
    """`default_catalog` is the catalog of queries that name none; `token_users` names groups."""

    security: Security
    default_catalog: str
    token_users: tuple[str, ...]


def workspace_settings(scope: Scope, props: WorkspaceSettingsProps) -> None:
    """All settings that the workspace's own admins may change. A stack has one workspace, so ids need no prefix."""
    security = props.security
    _legacy(scope, security)
    namespace = databricks.default_namespace_setting
    namespace.DefaultNamespaceSetting(
        scope,
        "default-namespace",
        namespace=namespace.DefaultNamespaceSettingNamespace(value=props.default_catalog),
    )
    _doors(scope, props)
    _table_acls(scope, security.legacy_table_acls)


def restricted_admins(scope: Scope) -> None:
    """A workspace admin cannot create a token for, or run a job as, a principal without being assigned to it.

    Only the account's admins can set this: in a stack that they deploy.
    """
    restrict = databricks.restrict_workspace_admins_setting
    restrict.RestrictWorkspaceAdminsSetting(
        scope,
        "restrict-admins",
        restrict_workspace_admins=restrict.RestrictWorkspaceAdminsSettingRestrictWorkspaceAdmins(
            status="RESTRICT_TOKENS_AND_JOB_RUN_AS"
        ),
    )


def _legacy(scope: Scope, security: Security) -> None:
    """No Hive metastore and no DBFS, unless the environment declares that it still needs them."""
    disabled = security.legacy_access == "disabled"
    access, dbfs = databricks.disable_legacy_access_setting, databricks.disable_legacy_dbfs_setting
    access.DisableLegacyAccessSetting(
        scope,
        "no-legacy-access",
        disable_legacy_access=access.DisableLegacyAccessSettingDisableLegacyAccess(value=disabled),
    )
    dbfs.DisableLegacyDbfsSetting(
        scope, "no-legacy-dbfs", disable_legacy_dbfs=dbfs.DisableLegacyDbfsSettingDisableLegacyDbfs(value=disabled)
    )


def _doors(scope: Scope, props: WorkspaceSettingsProps) -> None:
    """The addresses from which to sign in, and the allowed tokens."""
    security = props.security
    configured = databricks.workspace_conf.WorkspaceConf(
        scope,
        "configuration",
        custom_config={
            "enableIpAccessLists": "true",
            "enableTokensConfig": "true",
            "enableVerboseAuditLogs": "true",
            "maxTokenLifetimeDays": str(security.token_lifetime_days),
            "storeInteractiveNotebookResultsInCustomerAccount": "true",
            **dict.fromkeys(_TURNED_OFF, "false"),
        },
    )
    databricks.ip_access_list.IpAccessList(
        scope,
        "ip-allow-list",
        label="mlops",
        list_type="ALLOW",
        ip_addresses=list(security.ip_allow_list),
        # The list takes effect only once lists are enabled.
        depends_on=[configured],
    )
    allowed = tuple(Permission(level="CAN_USE", group=group) for group in props.token_users)
    permissions(scope, "token-permissions", "authorization", "tokens", allowed)


def _table_acls(scope: Scope, acls: Iterable[LegacyTableAcl]) -> None:
    binding = databricks.sql_permissions
    held: dict[str, list[LegacyTableAcl]] = {}
    for acl in acls:
        held.setdefault(acl.database, []).append(acl)
    for database, entries in held.items():
        binding.SqlPermissions(
            scope,
            f"legacy-{database}",
            database=database,
            privilege_assignments=[
                binding.SqlPermissionsPrivilegeAssignments(
                    principal=entry.group, privileges=list(_ACL_PRIVILEGES[entry.rights])
                )
                for entry in entries
            ],
        )
