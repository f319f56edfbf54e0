"""The one way out: a firewall that refuses everything except the named hosts."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network

from infra import azure_names
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.spec import Hub

# Azure reserves the first four addresses of a subnet, and assigns the next one to the firewall.
_FIRST_ADDRESS = 4
_HTTPS = 443
_KAFKA = 9093
# Azure's list of the hosts that a Kubernetes cluster requires, including Entra.
_CLUSTER_HOSTS = "AzureKubernetesService"


@dataclass(frozen=True, kw_only=True)
class FirewallProps:
    """`spokes` are the address ranges of the environments' networks; `logs` is a Log Analytics workspace's id.

    `clusters` are the ranges of Kubernetes clusters, which need hosts on Azure's own list.
    """

    name: str
    resource_group: str
    location: str
    hub: Hub
    vnet: Resource
    spokes: tuple[str, ...]
    logs: str
    clusters: tuple[str, ...] = ()


def firewall_ip(hub: Hub) -> str:
    """The firewall's private address, which the environments' routes need before the firewall exists."""
    return str(IPv4Network(hub.subnets.firewall)[_FIRST_ADDRESS])


def firewall(scope: Scope, id_: str, props: FirewallProps) -> None:
    """The firewall in its subnet, with its policy, its public address and its logs."""
    made = _firewall(scope, id_, props, _policy(scope, f"{id_}-policy", props))
    binding = azurerm.monitor_diagnostic_setting
    binding.MonitorDiagnosticSetting(
        scope,
        f"{id_}-logs",
        name="to-log-analytics",
        target_resource_id=made.id,
        log_analytics_workspace_id=props.logs,
        # One table per log category.
        log_analytics_destination_type="Dedicated",
        enabled_log=[binding.MonitorDiagnosticSettingEnabledLog(category_group="allLogs")],
    )


def _firewall(scope: Scope, id_: str, props: FirewallProps, policy_id: str) -> Resource:
    subnet = azurerm.subnet.Subnet(
        scope,
        f"{id_}-subnet",
        name=azure_names.FIREWALL_SUBNET,
        resource_group_name=props.resource_group,
        virtual_network_name=props.vnet.name,
        address_prefixes=[props.hub.subnets.firewall],
        default_outbound_access_enabled=False,
    )
    binding = azurerm.firewall
    made = binding.Firewall(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        sku_name="AZFW_VNet",
        sku_tier=props.hub.firewall_tier,
        firewall_policy_id=policy_id,
        zones=list(props.hub.availability_zones) or None,
        ip_configuration=[
            binding.FirewallIpConfiguration(
                name="default", subnet_id=subnet.id, public_ip_address_id=_address(scope, f"{id_}-ip", props).id
            )
        ],
    )
    expected = firewall_ip(props.hub)
    condition = {
        "condition": f'${{self.ip_configuration[0].private_ip_address == "{expected}"}}',
        "error_message": f"The firewall is not at {expected}, where all routes lead: correct firewall_ip().",
    }
    made.add_override("lifecycle.postcondition", [condition])
    return made


def _address(scope: Scope, id_: str, props: FirewallProps) -> Resource:
    """The public address of the environments' outgoing traffic. It accepts nothing inbound."""
    return azurerm.public_ip.PublicIp(
        scope,
        id_,
        name=f"{props.name}-firewall",
        resource_group_name=props.resource_group,
        location=props.location,
        allocation_method="Static",
        sku="Standard",
        zones=list(props.hub.availability_zones) or None,
    )


def _policy(scope: Scope, id_: str, props: FirewallProps) -> str:
    """Id of the policy, available once its rules exist: Azure changes only one of them at a time."""
    binding = azurerm.firewall_policy
    # Only the more expensive tier can inspect packets.
    looks = props.hub.firewall_tier == "Premium"
    made = binding.FirewallPolicy(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        sku=props.hub.firewall_tier,
        threat_intelligence_mode="Deny",
        intrusion_detection=binding.FirewallPolicyIntrusionDetection(mode="Deny") if looks else None,
    )
    return str(_rules(scope, f"{id_}-rules", props, made).firewall_policy_id)


def _rules(scope: Scope, id_: str, props: FirewallProps, policy: Resource) -> Resource:
    """The allowed hosts per source. Everything else is refused."""
    egress, runners = props.hub.egress, (props.hub.subnets.runners,)
    rules = [
        _rule("databricks", props.spokes, egress.databricks, _HTTPS),
        _rule("telemetry", props.spokes, egress.telemetry, _KAFKA),
        _rule("runners", runners, egress.runners, _HTTPS),
    ]
    if egress.internet:
        rules.append(_rule("internet", props.spokes, egress.internet, _HTTPS))
    if props.clusters:
        rules.append(_rule("clusters", props.clusters, (), _HTTPS, tags=(_CLUSTER_HOSTS,)))
    group = azurerm.firewall_policy_rule_collection_group
    return group.FirewallPolicyRuleCollectionGroup(
        scope,
        id_,
        name="egress",
        firewall_policy_id=policy.id,
        priority=1000,
        application_rule_collection=[
            group.FirewallPolicyRuleCollectionGroupApplicationRuleCollection(
                name="named-hosts", priority=1000, action="Allow", rule=rules
            )
        ],
    )


def _rule(name: str, sources: Iterable[str], hosts: Iterable[str], port: int, tags: Iterable[str] = ()) -> Resource:
    """TLS to `hosts`, or to Azure's tags `tags`, matched by the server name in the client's request."""
    binding = azurerm.firewall_policy_rule_collection_group
    rule = binding.FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRule
    return rule(
        name=name,
        source_addresses=list(sources),
        destination_fqdns=list(hosts) or None,
        destination_fqdn_tags=list(tags) or None,
        protocols=[
            binding.FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRuleProtocols(type="Https", port=port)
        ],
    )
