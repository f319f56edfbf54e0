"""The location of an environment's Azure resources."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra import azure_names
from infra.cdktf_seam import Resource, Scope
from infra.constructs.network.private_endpoint import PrivateEndpointProps, private_endpoint
from infra.constructs.network.public_access import NOBODY, PublicAccess
from infra.constructs.network.spoke_network import SpokeOutputs
from infra.constructs.observability.diagnostics import DiagnosticsProps, diagnostics
from infra.spec import Azure, Environment, Places, SharedPlaces


@dataclass(frozen=True, kw_only=True)
class Place:
    """The location of an environment's Azure resources, and the settings that all of them share.

    `group` is the resource group, `logs` the id of a Log Analytics workspace.
    """

    stack: Scope
    azure: Azure
    environment: Environment
    places: Places
    shared: SharedPlaces
    private: bool
    group: Resource
    logs: str
    spoke: SpokeOutputs

    @property
    def public(self) -> PublicAccess:
        """Who can reach vault and lake other than by private endpoints: in the profile private, nobody."""
        if self.private:
            return NOBODY
        return PublicAccess(ips=self.environment.security.ip_allow_list, subnet_ids=self.spoke.delegated_subnet_ids)

    @property
    def at(self) -> dict[str, str]:
        """The names and ids of the environment's resources."""
        return {"resource_group": self.group.name, "location": self.azure.region}

    def name(self, what: str) -> str:
        """`<prefix>-<environment>-<what>`."""
        return f"{self.azure.prefix}-{self.environment.name}-{what}"

    def key_name(self, name: str) -> str:
        """A key's name; in a vault that also has other people's keys, it includes the environment."""
        return self.name(name) if self.environment.adopt.key_vault else name

    def zone(self, subresource: str) -> str:
        """Id of the hub's DNS zone for endpoints to `subresource`."""
        return self.shared.zone_ids[azure_names.DNS_ZONES[subresource]]

    def endpoints(self, id_: str, resource_id: str, subresources: Iterable[str]) -> list[Resource]:
        """Private endpoints of a resource; none in the profile without them."""
        return [
            private_endpoint(
                self.stack,
                f"{id_}-{subresource}",
                PrivateEndpointProps(
                    name=self.name(f"{id_}-{subresource}"),
                    subnet_id=subnet,
                    resource_id=resource_id,
                    subresource=subresource,
                    dns_zone_id=self.zone(subresource),
                    **self.at,
                ),
            ).endpoint
            for subnet in [self.spoke.endpoint_subnet_id]
            if subnet
            for subresource in subresources
        ]

    def log(self, id_: str, resource_id: str, *metrics: str) -> None:
        """Send a resource's logs, and the named metrics, to the log workspace."""
        props = DiagnosticsProps(
            name="to-log-analytics", resource_id=resource_id, log_analytics_id=self.logs, metrics=metrics
        )
        diagnostics(self.stack, f"{id_}-logs", props)
