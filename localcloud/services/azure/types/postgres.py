"""Flexible servers of Azure Database for PostgreSQL: stored and checked. No database runs here.

Follows https://learn.microsoft.com/rest/api/postgresql and the service's limits.
"""

from http import HTTPStatus
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure import resources
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, identified, properties, require_own_identity

_VERSIONS = ("11", "12", "13", "14", "15", "16", "17", "18")
_TIERS = ("Burstable", "GeneralPurpose", "MemoryOptimized")
_STANDBY = ("Disabled", "SameZone", "ZoneRedundant")
_BACKUP_DAYS = (7, 35)
_PRINCIPALS = ("Group", "ServicePrincipal", "Unknown", "User")
_DEFAULT_GB = 32


def _check(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """All problems of a server, in one answer."""
    name, own = resource_id.name, properties(resource)
    resources.require_only(cloud, resource_id, "ServerNameNotAvailable", f"Server name '{name}' is already in use.")
    before = resources.find(cloud, resource_id)
    found = [*_problems(resource, own), *_sign_in_problems(own, new=before is None)]
    held = (before["properties"]["storage"]["storageSizeGB"] if before else 0) or 0
    wanted = (own.get("storage") or {}).get("storageSizeGB") or _DEFAULT_GB
    found += [f"storage of {held} GB does not become {wanted}"] if wanted < held else []
    if found:
        raise invalid("InvalidParameterValue", f"Server {name}: {'; '.join(found)}.")
    require_own_identity(resource, (own.get("dataEncryption") or {}).get("primaryUserAssignedIdentityId"))


def _problems(resource: Resource, own: dict[str, Any]) -> list[str]:
    tier = (resource.get("sku") or {}).get("tier")
    standby = (own.get("highAvailability") or {}).get("mode", "Disabled")
    chosen = (
        ("version", own.get("version"), _VERSIONS),
        ("sku.tier", tier, _TIERS),
        ("highAvailability.mode", standby, _STANDBY),
    )
    found = [
        f"{name} {value!r} is none of {', '.join(allowed)}" for name, value, allowed in chosen if value not in allowed
    ]
    if tier == "Burstable" and standby != "Disabled":
        found.append("a Burstable server has no standby")
    days, (least, most) = (own.get("backup") or {}).get("backupRetentionDays", _BACKUP_DAYS[0]), _BACKUP_DAYS
    return found if least <= days <= most else [*found, f"backupRetentionDays {days} is outside {least}..{most}"]


def _sign_in_problems(own: dict[str, Any], *, new: bool) -> list[str]:
    said = own.get("authConfig") or {}
    by_password = said.get("passwordAuth", "Enabled") == "Enabled"
    if not by_password and said.get("activeDirectoryAuth") != "Enabled":
        return ["nobody could sign in: enable activeDirectoryAuth or passwordAuth"]
    absent = [name for name in ("administratorLogin", "administratorLoginPassword") if not own.get(name)]
    return [f"passwordAuth needs {', '.join(absent)}"] if by_password and new and absent else []


def _complete(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Its host, the zones that Azure chooses, and its defaults. Passwords are not stored."""
    identified(cloud, resource_id, resource)
    own = properties(resource)
    own.pop("administratorLoginPassword", None)
    own |= {"fullyQualifiedDomainName": f"{resource_id.name}.postgres.database.azure.com", "state": "Ready"}
    own.setdefault("availabilityZone", "1")
    own.setdefault("replicationRole", "Primary")
    standby = own.setdefault("highAvailability", {"mode": "Disabled"})
    if standby["mode"] != "Disabled":
        standby.setdefault("standbyAvailabilityZone", "1" if standby["mode"] == "SameZone" else "2")
    own["storage"] = {"storageSizeGB": _DEFAULT_GB, "autoGrow": "Disabled", **(own.get("storage") or {})}
    backup = {"backupRetentionDays": _BACKUP_DAYS[0], "geoRedundantBackup": "Disabled"}
    own["backup"] = {**backup, **(own.get("backup") or {})}
    own["network"] = {"publicNetworkAccess": "Enabled", **(own.get("network") or {})}


def _administrator(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check that the server allows Entra sign-in."""
    own = properties(resource)
    server = resources.get(cloud, resource_id.parent)["properties"]
    if (server.get("authConfig") or {}).get("activeDirectoryAuth") != "Enabled":
        raise invalid("AadAuthDisabled", f"Server {resource_id.parent.name} lets nobody of Microsoft Entra in.")
    if own.get("principalType") not in _PRINCIPALS:
        kinds = ", ".join(_PRINCIPALS)
        raise invalid("InvalidParameterValue", f"principalType {own.get('principalType')!r} is none of {kinds}.")
    if not own.get("principalName"):
        raise invalid("InvalidParameterValue", "principalName is missing.")
    own["objectId"] = resource_id.name


def _database(_: Cloud, __: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    own.setdefault("charset", "UTF8")
    own.setdefault("collation", "en_US.utf8")


_LATER = HTTPStatus.ACCEPTED
KINDS = {
    "flexibleServers": Kind(
        name=r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        located=True,
        polled=True,
        made=_LATER,
        changed=_LATER,
        gone=_LATER,
        output=("fullyQualifiedDomainName", "state", "minorVersion", "privateEndpointConnections"),
        check=_check,
        complete=_complete,
    ),
    "flexibleServers/administrators": Kind(
        name=r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        polled=True,
        made=_LATER,
        changed=_LATER,
        gone=_LATER,
        output=("objectId",),
        check=_administrator,
    ),
    "flexibleServers/databases": Kind(
        name=r"[A-Za-z_][\w$-]{0,62}", polled=True, made=_LATER, changed=_LATER, gone=_LATER, complete=_database
    ),
}
