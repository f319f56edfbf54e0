"""Container registries, Kubernetes clusters and disk encryption: stored. No image or pod runs here."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, identified, made_up, properties

_VERSION_LIMIT = 3


def _only(cloud: Cloud, resource_id: ResourceId, _: Resource) -> None:
    message = f"The registry DNS name {resource_id.name}.azurecr.io is already in use."
    resources.require_only(cloud, resource_id, "AlreadyInUse", message)


def _registry(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    identified(cloud, resource_id, resource)
    properties(resource)["loginServer"] = f"{resource_id.name.lower()}.azurecr.io"


def _cluster_check(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Workload identity needs the issuer, and an administrator account is needed without Entra sign-in."""
    own = properties(resource)
    issuer = (own.get("oidcIssuerProfile") or {}).get("enabled")
    workload = ((own.get("securityProfile") or {}).get("workloadIdentity") or {}).get("enabled")
    if workload and not issuer:
        raise invalid("InvalidParameter", f"Workload identity of {resource_id.name} needs its OIDC issuer enabled.")
    if own.get("disableLocalAccounts") and not own.get("aadProfile"):
        raise invalid("BadRequest", f"{resource_id.name} without local accounts needs aadProfile.")
    version = str(own.get("kubernetesVersion") or "1.0")
    if not all(part.isdigit() for part in version.split(".")) or len(version.split(".")) > _VERSION_LIMIT:
        raise invalid("K8sVersionNotSupported", f"Managed cluster version {version} is not a version of Kubernetes.")


def _cluster(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """The generated addresses: of its API server and of its token issuer."""
    identified(cloud, resource_id, resource)
    own, drawn = properties(resource), made_up(resource_id.path)
    own["privateFQDN"] = f"{own.get('dnsPrefix', resource_id.name)}-{drawn[:8]}.privatelink.azmk8s.io"
    if (own.get("oidcIssuerProfile") or {}).get("enabled"):
        issuer = f"https://{resource['location']}.oic.prod-aks.azure.com/{made_up('tenant')}/{drawn}/"
        own["oidcIssuerProfile"]["issuerURL"] = issuer
    for pool in own.get("agentPoolProfiles") or []:
        child = resource_id.child("agentPools", pool["name"])
        said = {name: value for name, value in pool.items() if name != "name"}
        made: Resource = {"id": child.path, "name": child.name, "type": child.type, "properties": said}
        resources.keep(cloud, made)


def _credentials(_: Cloud, __: ResourceId, ___: Resource) -> Document:
    """An empty list: there is no cluster to sign in to."""
    return {"kubeconfigs": []}


REGISTRIES = {
    "registries": Kind(
        name=r"[A-Za-z0-9]{5,50}",
        located=True,
        polled=True,
        output=("loginServer", "creationDate"),
        check=_only,
        complete=_registry,
    ),
    "registries/replications": Kind(name=r"[A-Za-z0-9]{5,50}", located=True, polled=True),
}
CLUSTERS = {
    "managedClusters": Kind(
        name=r"[A-Za-z0-9](?:[\w-]{0,61}[A-Za-z0-9])?",
        located=True,
        polled=True,
        gone=202,
        output=("privateFQDN", "powerState"),
        check=_cluster_check,
        complete=_cluster,
        actions={"listClusterUserCredential": _credentials, "listClusterAdminCredential": _credentials},
    ),
    "managedClusters/maintenanceConfigurations": Kind(name=r"[\w-]{1,63}"),
    "managedClusters/agentPools": Kind(name=r"[a-z][a-z0-9]{0,11}", polled=True, gone=202),
}
DISKS = {"diskEncryptionSets": Kind(name=r"[\w-]{1,80}", located=True, polled=True, complete=identified)}
