"""The privileges of each kind of securable, and which of them change something.

Source: Azure Databricks, "Unity Catalog privileges and securable objects" and "Access control lists".
"""

from collections.abc import Mapping

ENTRY: Mapping[str, str] = {"catalog": "USE_CATALOG", "schema": "USE_SCHEMA"}
_READS = ("BROWSE", "USE_CATALOG", "USE_SCHEMA", "SELECT", "READ_VOLUME", "EXECUTE", "READ_FILES", "ACCESS")
_IN_VOLUME = ("READ_VOLUME", "WRITE_VOLUME")
_IN_MODEL = ("EXECUTE", "CREATE_MODEL_VERSION")
_IN_SCHEMA = (
    "SELECT",
    "MODIFY",
    *_IN_VOLUME,
    *_IN_MODEL,
    "CREATE_TABLE",
    "CREATE_VOLUME",
    "CREATE_MODEL",
    "CREATE_FUNCTION",
    "CREATE_MATERIALIZED_VIEW",
    "REFRESH",
    "APPLY_TAG",
    "EXTERNAL_USE_SCHEMA",
)
_ALWAYS = ("BROWSE", "MANAGE")

# The privileges on a securable, inherited or granted; `rights.NOT_IN_ALL` lists those that `ALL_PRIVILEGES` omits.
PRIVILEGES: Mapping[str, tuple[str, ...]] = {
    "metastore": (
        "CREATE_CATALOG",
        "CREATE_CLEAN_ROOM",
        "CREATE_CONNECTION",
        "CREATE_EXTERNAL_LOCATION",
        "CREATE_PROVIDER",
        "CREATE_RECIPIENT",
        "CREATE_SERVICE_CREDENTIAL",
        "CREATE_SHARE",
        "CREATE_STORAGE_CREDENTIAL",
        "MANAGE_ALLOWLIST",
        "SET_SHARE_PERMISSION",
        "USE_MARKETPLACE_ASSETS",
        "USE_PROVIDER",
        "USE_RECIPIENT",
        "USE_SHARE",
    ),
    "catalog": ("USE_CATALOG", "CREATE_SCHEMA", "USE_SCHEMA", *_IN_SCHEMA, *_ALWAYS),
    "schema": ("USE_SCHEMA", *_IN_SCHEMA, *_ALWAYS),
    "table": ("SELECT", "MODIFY", "APPLY_TAG", *_ALWAYS),
    "volume": (*_IN_VOLUME, "APPLY_TAG", *_ALWAYS),
    "model": (*_IN_MODEL, "APPLY_TAG", *_ALWAYS),
    "function": ("EXECUTE", *_ALWAYS),
    "external_location": (
        "READ_FILES",
        "WRITE_FILES",
        "CREATE_EXTERNAL_TABLE",
        "CREATE_EXTERNAL_VOLUME",
        "CREATE_MANAGED_STORAGE",
        "EXTERNAL_USE_LOCATION",
        *_ALWAYS,
    ),
    "storage_credential": (
        "READ_FILES",
        "WRITE_FILES",
        "CREATE_EXTERNAL_TABLE",
        "CREATE_EXTERNAL_LOCATION",
        "MANAGE",
    ),
    "credential": ("ACCESS", "CREATE_CONNECTION", "MANAGE"),
    "foreign_connection": ("USE_CONNECTION", "CREATE_FOREIGN_CATALOG", "MANAGE"),
    "share": ("SELECT",),
    "recipient": ("MANAGE",),
}

# The scopes of Azure roles. The roles that a principal has on a scope are its privileges.
AZURE = "azure scope"

# Levels on workspace objects, weakest first; each includes the ones before it.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "workspace": ("USER", "ADMIN"),
    "job": ("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"),
    "cluster": ("CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"),
    "cluster policy": ("CAN_USE",),
    "pipeline": ("CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"),
    "instance pool": ("CAN_ATTACH_TO", "CAN_MANAGE"),
    "warehouse": ("CAN_VIEW", "CAN_MONITOR", "CAN_USE", "CAN_MANAGE", "IS_OWNER"),
    "experiment": ("CAN_READ", "CAN_EDIT", "CAN_MANAGE"),
    "serving endpoint": ("CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"),
    "online store": ("CAN_USE", "CAN_MANAGE"),
    "directory": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "git folder": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "dashboard": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "notebook": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "workspace file": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "query": ("CAN_VIEW", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "alert": ("CAN_VIEW", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "sql dashboard": ("CAN_VIEW", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "registered model": (
        "CAN_READ",
        "CAN_EDIT",
        "CAN_MANAGE_STAGING_VERSIONS",
        "CAN_MANAGE_PRODUCTION_VERSIONS",
        "CAN_MANAGE",
    ),
    "app": ("CAN_USE", "CAN_MANAGE"),
    "vector search endpoint": ("CAN_USE", "CAN_MANAGE"),
    "tokens": ("CAN_USE",),
    "passwords": ("CAN_USE",),
    "secret scope": ("READ", "WRITE", "MANAGE"),
}

# The principals that an object runs as. Running as another principal does not pass these on.
RUNS_AS, SINGLE_USER = "RUNS_AS", "SINGLE_USER"
AS_WHOM = (RUNS_AS, SINGLE_USER)
# An external subject whose token is accepted for a service principal or an identity.
SIGN_IN = "SIGN_IN"
# Principals that a mask exempts, and principals that the SQL of a view or a function checks.
CLEAR_VALUES, NAMED_IN_SQL = "CLEAR_VALUES", "NAMED_IN_SQL"

# Privileges on the content of a catalog or schema. Its owner does not have them: an owner manages tables that others
# created, and may grant itself the missing rights, which a reviewer then sees.
_CONTENT = frozenset(
    ("SELECT", "MODIFY", *_IN_VOLUME, *_IN_MODEL, "REFRESH", "APPLY_TAG", "EXTERNAL_USE_SCHEMA"),
)


def owner_holds(kind: str, privilege: str) -> bool:
    """Whether the owner of a securable of this kind has the privilege on it."""
    return kind not in ENTRY or privilege not in _CONTENT


def writes(privilege: str) -> bool:
    """Whether a Unity Catalog privilege needs a workspace with a read-write binding."""
    return privilege not in _READS
