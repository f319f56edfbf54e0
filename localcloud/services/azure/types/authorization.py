"""Locks, role definitions and role assignments."""

from datetime import UTC, datetime

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure import locks, resources, roles
from localcloud.services.azure.errors import conflict, invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, properties

_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"


def _lock(_: Cloud, __: ResourceId, resource: Resource) -> None:
    level = properties(resource).get("level")
    if level not in locks.LEVELS:
        raise invalid("InvalidLockLevel", f"level '{level}' is not one of {', '.join(locks.LEVELS)}.")


def _assignment(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check that the role exists and is not assigned twice on a scope. Assignments cannot be changed."""
    own = properties(resource)
    definition = ResourceId(str(own.get("roleDefinitionId")))
    if roles.by_id(resource_id.subscription, definition.name) is None and not _custom(cloud, definition.name):
        raise invalid("RoleDefinitionDoesNotExist", f"The role definition '{definition.name}' does not exist.")
    if not own.get("principalId"):
        raise invalid("InvalidPrincipalId", "properties.principalId is missing.")
    scope = resource_id.parent
    for other in resources.children(cloud, scope, _ASSIGNMENTS):
        held = other["properties"]
        same = (held["principalId"], ResourceId(held["roleDefinitionId"]).name.lower())
        if same == (own["principalId"], definition.name.lower()) and other["name"] != resource_id.name:
            raise conflict("RoleAssignmentExists", f"The role assignment already exists: {other['name']}.")
    own["scope"] = scope.path


def _custom(cloud: Cloud, name: str) -> bool:
    kept = cloud.store.all(resources.KIND)
    return any(each["type"] == roles.TYPE and each["name"].lower() == name.lower() for each in kept)


def _named(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    if not own.get("roleName"):
        raise invalid("RoleDefinitionWithNoName", "properties.roleName is missing.")
    taken = {
        each["properties"]["roleName"]
        for each in cloud.store.all(resources.KIND)
        if each["type"] == roles.TYPE and each["name"] != resource_id.name
    }
    if own["roleName"] in taken | roles.BUILT_IN.keys():
        raise conflict("RoleDefinitionWithSameNameExists", f"A role is called '{own['roleName']}' already.")


def _dated(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """The times of creation and last change, by which clients detect that a change is complete."""
    own = properties(resource)
    own.setdefault("type", "CustomRole")
    before = resources.find(cloud, resource_id)
    now = datetime.now(UTC).isoformat()
    own |= {"createdOn": before["properties"]["createdOn"] if before else now, "updatedOn": now}


KINDS = {
    "locks": Kind(name=r"[^<>%&\\?/]{1,260}", check=_lock),
    "roleAssignments": Kind(name=_GUID, made=201, check=_assignment),
    "roleDefinitions": Kind(
        name=_GUID, made=201, changed=201, output=("createdOn", "updatedOn"), check=_named, complete=_dated
    ),
}
