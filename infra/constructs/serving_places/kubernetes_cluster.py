"""A private Kubernetes cluster without local accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.serving_places.names import POOL_LABEL, SERVERS
from infra.spec import AksServing

_DNS_ADDRESS = 10  # An address in the service range, as in Azure's own default.
_DISK_GB = 128
_MAX_PODS = 50
_SYSTEM_NODES = (2, 3)
_SURGE = "33%"


@dataclass(frozen=True, kw_only=True)
class KubernetesClusterProps:
    """`identity` is the cluster's managed identity, `kubelet` the one with which its machines pull images.

    `disks_id` is the disk encryption set, `zone_id` the DNS zone of its interface. `depends_on` are both identities'
    roles.
    """

    name: str
    resource_group: str
    location: str
    tenant_id: str
    declared: AksServing
    subnet_id: str
    zone_id: str
    disks_id: str
    identity: Resource
    kubelet: Resource
    depends_on: Sequence[Resource] = ()


def kubernetes_cluster(scope: Scope, id_: str, props: KubernetesClusterProps) -> Resource:
    """The cluster: its API server has a private address, people sign in with Entra, pods with workload identity."""
    binding, declared = azurerm.kubernetes_cluster, props.declared
    made = binding.KubernetesCluster(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        dns_prefix=props.name,
        kubernetes_version=declared.kubernetes_version,
        sku_tier="Standard",
        private_cluster_enabled=True,
        private_cluster_public_fqdn_enabled=False,
        private_dns_zone_id=props.zone_id,
        # Azure's `run command` bypasses the network for anyone with rights in Azure Resource Manager.
        run_command_enabled=False,
        local_account_disabled=True,
        role_based_access_control_enabled=True,
        azure_active_directory_role_based_access_control=_sign_in(props),
        azure_policy_enabled=True,
        oidc_issuer_enabled=True,
        workload_identity_enabled=True,
        automatic_upgrade_channel="patch",
        node_os_upgrade_channel="NodeImage",
        image_cleaner_enabled=True,
        image_cleaner_interval_hours=168,
        disk_encryption_set_id=props.disks_id,
        identity=binding.KubernetesClusterIdentity(type="UserAssigned", identity_ids=[props.identity.id]),
        kubelet_identity=binding.KubernetesClusterKubeletIdentity(
            client_id=props.kubelet.client_id,
            object_id=props.kubelet.principal_id,
            user_assigned_identity_id=props.kubelet.id,
        ),
        default_node_pool=_system_pool(props),
        network_profile=_network(declared),
        depends_on=list(props.depends_on),
    )
    _servers(scope, f"{id_}-servers", made.id, props)
    return made


def _sign_in(props: KubernetesClusterProps) -> Resource:
    """Sign-in with Entra, authorization with Azure roles; one group administers."""
    return azurerm.kubernetes_cluster.KubernetesClusterAzureActiveDirectoryRoleBasedAccessControl(
        azure_rbac_enabled=True,
        tenant_id=props.tenant_id,
        admin_group_object_ids=[props.declared.administrators_group_id],
    )


def _system_pool(props: KubernetesClusterProps) -> Resource:
    """A pool of at least two machines, only for the cluster's own pods."""
    binding = azurerm.kubernetes_cluster
    return binding.KubernetesClusterDefaultNodePool(
        name="system",
        only_critical_addons_enabled=True,
        min_count=_SYSTEM_NODES[0],
        max_count=_SYSTEM_NODES[1],
        # A temporary pool, while Azure replaces this one for a change that it cannot make in place.
        temporary_name_for_rotation="rotation",
        upgrade_settings=binding.KubernetesClusterDefaultNodePoolUpgradeSettings(max_surge=_SURGE),
        **_machines(props),
    )


def _network(declared: AksServing) -> Resource:
    return azurerm.kubernetes_cluster.KubernetesClusterNetworkProfile(
        network_plugin="azure",
        network_plugin_mode="overlay",
        # Both are needed, or the servers' NetworkPolicy objects would have no effect.
        network_data_plane="cilium",
        network_policy="cilium",
        load_balancer_sku="standard",
        # By the subnet's route: through the hub's firewall.
        outbound_type="userDefinedRouting",
        pod_cidr=declared.pod_range,
        service_cidr=declared.service_range,
        dns_service_ip=dns_address(declared.service_range),
    )


def _servers(scope: Scope, id_: str, cluster_id: str, props: KubernetesClusterProps) -> None:
    """The machines of the scoring servers."""
    pool = azurerm.kubernetes_cluster_node_pool
    pool.KubernetesClusterNodePool(
        scope,
        id_,
        name=SERVERS,
        kubernetes_cluster_id=cluster_id,
        mode="User",
        min_count=props.declared.nodes.min,
        max_count=props.declared.nodes.max,
        node_labels={POOL_LABEL: SERVERS},
        temporary_name_for_rotation="rotation2",
        upgrade_settings=pool.KubernetesClusterNodePoolUpgradeSettings(max_surge=_SURGE),
        **_machines(props),
    )


def _machines(props: KubernetesClusterProps) -> dict[str, Any]:
    """The settings that all machines share."""
    return {
        "vm_size": props.declared.node_type,
        "vnet_subnet_id": props.subnet_id,
        "auto_scaling_enabled": True,
        "zones": list(props.declared.zones) or None,
        "node_public_ip_enabled": False,
        # Also temporary disks and caches.
        "host_encryption_enabled": True,
        "os_disk_type": "Managed",
        "os_disk_size_gb": _DISK_GB,
        "os_sku": "AzureLinux",
        "max_pods": _MAX_PODS,
    }


def dns_address(service_range: str) -> str:
    """The address of the cluster's DNS service, in its service range."""
    return str(IPv4Network(service_range)[_DNS_ADDRESS])
