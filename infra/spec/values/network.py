"""The networks: a hub with the only way out, and one spoke per environment."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from infra.spec.values.fields import Name, NotEmpty, Values

# Ranges that are not routed on the internet: RFC 1918, and RFC 6598, which Azure treats alike.
_PRIVATE = tuple(
    ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def _private_range(text: str) -> str:
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise ValueError(f"is no IPv4 range: {error}") from error
    if not any(network.subnet_of(private) for private in _PRIVATE):
        raise ValueError(f"is not a private range: use one inside {', '.join(map(str, _PRIVATE))}")
    return text


PrivateRange = Annotated[
    str, AfterValidator(_private_range), Field(description="a private IPv4 address range such as 10.40.0.0/22")
]
Host = Annotated[
    str,
    StringConstraints(pattern=r"^(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}$"),
    Field(description="a host such as pypi.example.com, or *.example.com for those below it"),
]
Profile = Literal["private", "ip-allow-list"]


class HubSubnets(Values):
    """The subnets of the hub."""

    firewall: PrivateRange
    """/26 or larger"""
    endpoints: PrivateRange
    """/28 or larger; private endpoints of shared resources"""
    runners: PrivateRange
    """/28 or larger; the machines that plan and apply: public access is off, so they run inside the network"""
    gateway: PrivateRange | None = None
    """/27 or larger; for a VPN or ExpressRoute gateway, which must be created before the environments"""


class Egress(Values):
    """The allowed hosts, by who needs them. All others are blocked."""

    databricks: NotEmpty[Host]
    """artifact, log and system-table storage of the region, by HTTPS; Databricks publishes the list"""
    telemetry: NotEmpty[Host]
    """event hubs of the region, by TLS on 9093; from the same list"""
    internet: tuple[Host, ...] = ()
    """hosts from which clusters install packages, by HTTPS"""
    runners: NotEmpty[Host]
    """what the machines that plan and apply need, by HTTPS"""


class Hub(Values):
    """The network that carries all outgoing traffic of the environments."""

    address_space: PrivateRange
    subnets: HubSubnets
    firewall_tier: Literal["Standard", "Premium"] = "Premium"
    """Standard is cheaper and has no intrusion detection"""
    availability_zones: tuple[Literal["1", "2", "3"], ...] = ("1", "2", "3")
    """zones of the firewall; an empty list if the region has none"""
    egress: Egress
    clients: tuple[PrivateRange, ...] = ()
    """networks behind the gateway, from which people reach the workspaces"""
    browser_sign_in: Name
    """the environment whose workspace hosts the region's endpoint for signing in: one per region and DNS zone"""


class SpokeSubnets(Values):
    """The subnets of an environment's network."""

    host: PrivateRange
    """/26 or larger; one address per cluster node"""
    container: PrivateRange
    """/26 or larger; one address per cluster node"""
    endpoints: PrivateRange | None = None
    """private endpoints; required in the profile private, refused otherwise"""
    serving: PrivateRange | None = None
    """the machines of the cluster of `aks_serving`; required with it, refused otherwise"""


class SpokeNetwork(Values):
    """An environment's network."""

    address_space: PrivateRange
    subnets: SpokeSubnets
