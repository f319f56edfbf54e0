"""Permissions on workspace objects (jobs, policies, warehouses, experiments, …): levels by principal.

Kept in the store as kind `acl`, key `<type>/<id>`: `{"owner": principal, "entries": {principal: level}}`. An object in
a workspace folder also has a document of kind `place` (`{"workspace", "path"}`), and inherits the permissions of its
parent folders.
"""

from localcloud.kernel import directory, folders
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document

# Levels per object type, weakest first; each includes the ones before it.
LEVELS: dict[str, tuple[str, ...]] = {
    "jobs": ("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"),
    "pipelines": ("CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"),
    "cluster-policies": ("CAN_USE",),
    "clusters": ("CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"),
    "instance-pools": ("CAN_ATTACH_TO", "CAN_MANAGE"),
    "sql/warehouses": ("CAN_VIEW", "CAN_MONITOR", "CAN_USE", "CAN_MANAGE", "IS_OWNER"),
    "experiments": ("CAN_READ", "CAN_EDIT", "CAN_MANAGE"),
    "registered-models": ("CAN_READ", "CAN_EDIT", "CAN_MANAGE"),
    "serving-endpoints": ("CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"),
    "database-instances": ("CAN_USE", "CAN_MANAGE"),
    "directories": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "notebooks": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "files": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "repos": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "dashboards": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "queries": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "alerts": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "alertsv2": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "authorization": ("CAN_USE", "CAN_MANAGE"),
}
# The REST API's name of the type in responses; the Terraform provider compares it.
_OBJECT_TYPES = {
    "jobs": "job",
    "pipelines": "pipelines",
    "cluster-policies": "cluster-policy",
    "clusters": "cluster",
    "instance-pools": "instance-pool",
    "sql/warehouses": "warehouses",
    "experiments": "mlflowExperiment",
    "registered-models": "registered-model",
    "serving-endpoints": "serving-endpoint",
    "database-instances": "database-instance",
    "directories": "directory",
    "notebooks": "notebook",
    "files": "file",
    "repos": "repo",
    "dashboards": "dashboard",
    "queries": "query",
    "alerts": "alert",
    "alertsv2": "alertv2",
    "authorization": "tokens",
}
# Restrictions on who may get a level; others are refused it.
_RESERVED = {("authorization", "CAN_MANAGE"): "admins"}
_NAME_FIELDS = ("user_name", "group_name", "service_principal_name")


def levels(object_type: str) -> tuple[str, ...]:
    """The levels of an object type, weakest first. Raises `ApiError` 400 for an unknown type."""
    if object_type not in LEVELS:
        raise bad_request(f"object type '{object_type}' is not kept locally; known: {', '.join(LEVELS)}.")
    return LEVELS[object_type]


def create(cloud: Cloud, caller: Caller, object_type: str, object_id: str, path: str | None = None) -> None:
    """Create the permissions of a new object: its creator owns it. At a workspace `path` it inherits its folders'."""
    cloud.store.put("acl", f"{object_type}/{object_id}", {"owner": caller.principal, "entries": {}})
    if path is not None:
        place = {"workspace": caller.require_workspace().name, "path": folders.path_of(path)}
        cloud.store.put("place", f"{object_type}/{object_id}", place)


def delete(cloud: Cloud, object_type: str, object_id: str) -> None:
    """Delete the permissions of a deleted object."""
    cloud.store.delete("acl", f"{object_type}/{object_id}")
    cloud.store.delete("place", f"{object_type}/{object_id}")


def read(cloud: Cloud, object_type: str, object_id: str) -> Document:
    """`{"owner", "entries"}` of an object; empty if it has no permissions."""
    return cloud.store.get("acl", f"{object_type}/{object_id}") or {"owner": None, "entries": {}}


def write(cloud: Cloud, object_type: str, object_id: str, entries: list[Document], *, replace: bool) -> Document:
    """Set (`replace`) or add entries of the REST API's `access_control_list`. An IS_OWNER entry moves ownership.

    Raises `ApiError` 400 for an unknown level and 404 for an unknown principal.
    """
    allowed = levels(object_type)
    with cloud.store.transaction():
        current = read(cloud, object_type, object_id)
        held: dict[str, str] = {} if replace else dict(current["entries"])
        owner = current["owner"]
        for entry in entries:
            who, level = _principal(cloud, entry), entry.get("permission_level")
            if level not in allowed:
                raise bad_request(f"permission_level '{level}' is not one of {', '.join(allowed)} for {object_type}.")
            if _RESERVED.get((object_type, level), who) != who:
                raise bad_request(f"{level} on {object_type} is for the group {_RESERVED[object_type, level]} alone.")
            if level == "IS_OWNER":
                owner = who
            elif who not in held or allowed.index(level) > allowed.index(held[who]):
                held[who] = level
        document = {"owner": owner, "entries": held}
        cloud.store.put("acl", f"{object_type}/{object_id}", document)
    return document


def allows(cloud: Cloud, caller: Caller, object_type: str, object_id: str, level: str) -> bool:
    """Whether the caller holds at least `level` on the object: as admin, owner, directly or through a group."""
    order = levels(object_type)
    document = read(cloud, object_type, object_id)
    if caller.is_workspace_admin or document["owner"] in caller.identities:
        return True
    held = [order.index(granted) for who, granted in document["entries"].items() if who in caller.identities]
    if held and max(held) >= order.index(level):
        return True
    place = cloud.store.get("place", f"{object_type}/{object_id}")
    return place is not None and level in folders.LEVELS and folders.allows(cloud, caller, place["path"], level)


def require(cloud: Cloud, caller: Caller, object_type: str, object_id: str, level: str) -> None:
    """Raise `ApiError` 403 unless the caller holds at least `level` on the object."""
    if not allows(cloud, caller, object_type, object_id, level):
        raise denied(f"{caller.display_name} does not have {level} permissions on {object_type} {object_id}.")


def require_management(cloud: Cloud, caller: Caller, object_type: str, object_id: str) -> None:
    """Raise `ApiError` 403 unless the caller may change the object's permissions."""
    if "CAN_MANAGE" in levels(object_type):
        require(cloud, caller, object_type, object_id, "CAN_MANAGE")
    elif not (caller.is_workspace_admin or read(cloud, object_type, object_id)["owner"] in caller.identities):
        raise denied(f"Only an admin may change permissions on {object_type} {object_id}.")


def shown(cloud: Cloud, object_type: str, object_id: str) -> Document:
    """An object's permissions in the REST API's format, including those that admins and its folders' users inherit."""
    document = read(cloud, object_type, object_id)
    owner_level = levels(object_type)[-1]
    held = list(document["entries"].items())
    if document["owner"] is not None:
        held.append((document["owner"], owner_level))
    direct = [_entry(cloud, who, level, inherited=False) for who, level in held]
    place = cloud.store.get("place", f"{object_type}/{object_id}")
    around = folders.inherited(cloud, place["workspace"], place["path"]) if place else {}
    inherited = [_entry(cloud, "admins", _strongest(object_type), inherited=True)]
    inherited += [_entry(cloud, who, level, inherited=True) for who, level in sorted(around.items())]
    return {
        "object_id": f"/{object_type}/{object_id}",
        "object_type": _OBJECT_TYPES[object_type],
        "access_control_list": [*direct, *inherited],
    }


def _strongest(object_type: str) -> str:
    return next(level for level in reversed(levels(object_type)) if level != "IS_OWNER")


def _principal(cloud: Cloud, entry: Document) -> str:
    named = [str(entry[field]) for field in _NAME_FIELDS if entry.get(field)]
    if len(named) != 1:
        raise bad_request(f"An entry must have exactly one of {', '.join(_NAME_FIELDS)}; given: {entry}.")
    return directory.grantee(cloud.store, named[0])


def _entry(cloud: Cloud, who: str, level: str, *, inherited: bool) -> Document:
    found = directory.find(cloud.store, who)
    kind = found.kind if found else "group"
    field = {"user": "user_name", "service_principal": "service_principal_name", "group": "group_name"}[kind]
    permission = {"permission_level": level, "inherited": inherited}
    return {field: who, "all_permissions": [permission]}
