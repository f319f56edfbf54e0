"""The configuration of a workspace: keys with text values. Only keys about tokens have an effect, on new tokens."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.store import Document

KIND = "workspace_configuration"
_LIFETIME = "maxTokenLifetimeDays"
_LONGEST_DAYS = 730
# Databricks lists no keys; these are those that its documentation and its provider's name.
SWITCHES = frozenset(
    {
        "enableDbfsFileBrowser",
        "enableDcs",
        "enableDeprecatedClusterNamedInitScripts",
        "enableDeprecatedGlobalInitScripts",
        "enableExportNotebook",
        "enableGp3",
        "enableIpAccessLists",
        "enableNotebookTableClipboard",
        "enableProjectTypeInWorkspace",
        "enableResultsDownloading",
        "enableTokensConfig",
        "enableUploadDataUis",
        "enableVerboseAuditLogs",
        "enableWebTerminal",
        "enableWorkspaceFilesystem",
        "enforceClusterViewAcls",
        "enforceUserIsolation",
        "enforceWorkspaceViewAcls",
        "storeInteractiveNotebookResultsInCustomerAccount",
    }
)
_KEYS = SWITCHES | {_LIFETIME, "projectsAllowList", "projectsAllowListPermissions"}


def require_keys(keys: list[str]) -> None:
    """Raise `ApiError` 400 naming every unknown key."""
    unknown = sorted(set(keys) - _KEYS)
    if unknown or not keys:
        raise ApiError(400, "BAD_REQUEST", f"Invalid keys: {unknown}; there are {', '.join(sorted(_KEYS))}.")


def checked(values: Document) -> Document:
    """The values as texts; an empty one removes the key. Raises `ApiError` 400 for an unknown key or invalid value."""
    require_keys(list(values))
    texts = {key: _text(value) for key, value in values.items()}
    for key, value in texts.items():
        if key in SWITCHES and value not in ("true", "false", ""):
            raise bad_request(f"{key} '{value}' is neither true nor false.")
    days = texts.get(_LIFETIME)
    if days and not (days.isdecimal() and int(days) <= _LONGEST_DAYS):
        raise bad_request(f"{_LIFETIME} '{days}' is not a number of days up to {_LONGEST_DAYS}; 0 means no limit.")
    return texts


def of(cloud: Cloud, workspace: str) -> Document:
    """A workspace's configured values."""
    return cloud.store.get(KIND, workspace) or {}


def longest_token_s(cloud: Cloud, workspace: str) -> int:
    """Maximum lifetime of a new token, in seconds."""
    return (int(of(cloud, workspace).get(_LIFETIME) or 0) or _LONGEST_DAYS) * 24 * 3600


def require_tokens(cloud: Cloud, workspace: str) -> None:
    """Raise `ApiError` 403 if tokens are disabled in the workspace."""
    if of(cloud, workspace).get("enableTokensConfig") == "false":
        raise denied(f"Tokens are turned off in workspace {workspace}: enableTokensConfig is false.")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value if value is not None else "")
