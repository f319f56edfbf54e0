"""The stack `<env>-aks`, optional: a private Kubernetes cluster that serves the environment's models.

Deployed after `<env>-images` by the people who own the subscriptions, because it assigns roles in the hub. A release
decides what runs in the cluster: the environment's pipeline deploys it, only in the models' namespaces.
"""

from infra import azure_names
from infra.azure.pipeline_identity import pipeline_identity
from infra.azure.serving_places import ServingPlace, serving_place
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.serving_places.disk_encryption import DiskEncryptionProps, disk_encryption
from infra.constructs.serving_places.kubernetes_cluster import KubernetesClusterProps, kubernetes_cluster
from infra.spec import AksServing, Environment, Spec
from infra.stacks.images import PULL

# The only audience that Entra accepts for tokens of a cluster.
_AUDIENCE = "api://AzureADTokenExchange"
_JOINS = "Network Contributor"
_NAMES = "Private DNS Zone Contributor"
_USES_KUBELET = "Managed Identity Operator"
_READS_DISKS = "Reader"
_FINDS_CLUSTER = "Azure Kubernetes Service Cluster User Role"
# Inside a namespace, without its roles and quotas: https://learn.microsoft.com/azure/aks/manage-azure-rbac
_WRITES_NAMESPACE = "Azure Kubernetes Service RBAC Writer"
_NAMESPACES = "Microsoft.ContainerService/managedClusters/namespaces"


def aks_stack(app: Scope, spec: Spec, environment: Environment, declared: AksServing) -> None:
    """The cluster, its identities, and the mapping of service accounts to the models' identities."""
    place = serving_place(app, spec, environment, "aks", pipeline=True)
    key = place.key("cluster-disks")
    disks = disk_encryption(
        place.stack, "disks", DiskEncryptionProps(name=place.name("serving-disks"), key=key, **place.at)
    )
    identity = place.identity("cluster-identity", place.name("cluster"))
    kubelet = place.identity("kubelet-identity", place.name("kubelet"))
    props = KubernetesClusterProps(
        name=azure_names.cluster(place.prefix, environment.name),
        tenant_id=spec.platform.azure.tenant_id,
        declared=declared,
        subnet_id=place.subnet_id("serving"),
        zone_id=_zone_id(place),
        disks_id=disks.id,
        identity=identity,
        kubelet=kubelet,
        depends_on=(disks.may_encrypt, *_roles(place, identity, kubelet, disks.id)),
        **place.at,
    )
    cluster = kubernetes_cluster(place.stack, "cluster", props)
    place.log("cluster", cluster.id, "audit")
    for each in place.models:
        _federation(place, each.label, cluster)
    _pipeline(place, cluster)


def _zone_id(place: ServingPlace) -> str:
    return place.spec.shared_places.zone_ids[azure_names.cluster_zone(place.spec.platform.azure.region)]


def _roles(place: ServingPlace, identity: Resource, kubelet: Resource, disks_id: str) -> tuple[Resource, ...]:
    """The roles that must exist before the cluster: for its subnet and route, its DNS name, and its machines."""
    routes = place.id_of("Microsoft.Network/routeTables", azure_names.vnet(place.prefix, place.environment.name))
    return (
        place.give("cluster-subnet", _JOINS, place.subnet_id("serving"), identity.principal_id),
        place.give("cluster-routes", _JOINS, routes, identity.principal_id),
        place.give("cluster-zone", _NAMES, _zone_id(place), identity.principal_id),
        place.give("cluster-zone-network", _JOINS, _vnet_id(place), identity.principal_id),
        place.give("cluster-kubelet", _USES_KUBELET, kubelet.id, identity.principal_id),
        place.give("cluster-disks", _READS_DISKS, disks_id, identity.principal_id),
        place.give("kubelet-images", PULL, place.registry_id, kubelet.principal_id),
    )


def _vnet_id(place: ServingPlace) -> str:
    """The network, to which the DNS zone of the cluster's API server is linked."""
    return place.subnet_id("serving").partition("/subnets/")[0]


def _federation(place: ServingPlace, label: str, cluster: Resource) -> None:
    """Lets only the pods of one service account sign in as the model's identity."""
    name = azure_names.served_name(label)
    azurerm.federated_identity_credential.FederatedIdentityCredential(
        place.stack,
        f"{label}-federation",
        name="cluster",
        resource_group_name=place.places.resource_group,
        parent_id=place.served_identity_id(label),
        issuer=cluster.oidc_issuer_url,
        audience=[_AUDIENCE],
        subject=f"system:serviceaccount:{name}:{name}",
    )


def _pipeline(place: ServingPlace, cluster: Resource) -> None:
    """Lets the environment's pipeline create namespaces, and change the content of the models' namespaces."""
    pipeline, name = pipeline_identity(place), place.name("makes-namespaces")
    place.give("pipeline-cluster", _FINDS_CLUSTER, cluster.id, pipeline)
    for each in place.models:
        namespace = f"{cluster.id}/namespaces/{azure_names.served_name(each.label)}"
        place.give(f"{each.label}-pipeline", _WRITES_NAMESPACE, namespace, pipeline)
    binding = azurerm.role_definition
    group = azure_names.resource_group_id(place.environment.azure.subscription_id, place.places.resource_group)
    made = binding.RoleDefinition(
        place.stack,
        "namespaces-role",
        name=name,
        scope=group,
        # The cluster authorizes the creation of namespaces, and Azure's smallest built-in role for it is cluster
        # administrator.
        description="Makes and labels namespaces of a cluster; sees and changes nothing in them.",
        permissions=[
            binding.RoleDefinitionPermissions(data_actions=[f"{_NAMESPACES}/{do}" for do in ("read", "write")])
        ],
        assignable_scopes=[group],
    )
    place.give("pipeline-namespaces", name, cluster.id, pipeline, after=(made,))
