"""Private endpoints with their network interfaces, private DNS zones with their links and records."""

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure import addresses, resources
from localcloud.services.azure.errors import conflict, invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, properties

_ZONE = r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+"
_NAME = r"[A-Za-z0-9](?:[\w.-]{0,78}[\w])?"
_INTERFACE = "Microsoft.Network/networkInterfaces"
_CONNECTIONS = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")


def _endpoint(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Its connections are approved at once; its interface gets the first free address of its subnet."""
    own = properties(resource)
    subnet_id = ResourceId(own["subnet"]["id"]) if own.get("subnet") else None
    subnet = resources.find(cloud, subnet_id) if subnet_id else None
    if subnet is None:
        raise invalid("InvalidResourceReference", f"The subnet of {resource_id.path} was not found.")
    for kind in _CONNECTIONS:
        for each in own.get(kind) or []:
            each["properties"]["privateLinkServiceConnectionState"] = {"status": "Approved", "actionsRequired": "None"}
            each["id"] = resource_id.child(kind, each["name"]).path
    interface = _interface_of(resource_id, own.get("customNetworkInterfaceName"))
    own["networkInterfaces"] = [{"id": interface.path}]
    if resources.find(cloud, interface) is None:
        _make_interface(cloud, interface, subnet, str(resource["location"]))


def _interface_of(endpoint: ResourceId, name: str | None) -> ResourceId:
    return endpoint.parent.child("providers", *_INTERFACE.split("/"), name or f"{endpoint.name}.nic")


def _make_interface(cloud: Cloud, interface: ResourceId, subnet: Resource, location: str) -> None:
    taken = [
        configuration["properties"]["privateIPAddress"]
        for each in cloud.store.all(resources.KIND)
        if each["type"] == _INTERFACE
        for configuration in each["properties"]["ipConfigurations"]
    ]
    prefix = subnet["properties"].get("addressPrefix") or subnet["properties"]["addressPrefixes"][0]
    address = addresses.first_free(addresses.networks([prefix])[0], taken)
    if address is None:
        raise conflict("SubnetIsFull", f"Subnet {subnet['id']} has no free address.")
    configured = {"privateIPAddress": address, "subnet": {"id": subnet["id"]}, "primary": True}
    made: Resource = {
        "id": interface.path,
        "name": interface.name,
        "type": _INTERFACE,
        "location": location,
        "properties": {"ipConfigurations": [{"name": "privateEndpointIpConfig", "properties": configured}]},
    }
    resources.keep(cloud, made)


def _without_interface(cloud: Cloud, _: ResourceId, resource: Resource) -> None:
    for each in properties(resource).get("networkInterfaces") or []:
        cloud.store.delete(resources.KIND, ResourceId(each["id"]).key)


def _zone_group(cloud: Cloud, _: ResourceId, resource: Resource) -> None:
    for each in properties(resource).get("privateDnsZoneConfigs") or []:
        zone = str(each["properties"]["privateDnsZoneId"])
        if resources.find(cloud, ResourceId(zone)) is None:
            raise invalid("InvalidResourceReference", f"Resource {zone} referenced by the request was not found.")


def _zone(cloud: Cloud, resource_id: ResourceId, _: Resource) -> None:
    """Every zone has its SOA record."""
    record = resource_id.child("SOA", "@")
    if resources.find(cloud, record) is None:
        soa = {
            "host": "azureprivatedns.net",
            "email": "azureprivatedns-host.microsoft.com",
            "serialNumber": 1,
            "refreshTime": 3600,
            "retryTime": 300,
            "expireTime": 2419200,
            "minimumTtl": 10,
        }
        made: Resource = {"id": record.path, "name": "@", "type": record.type}
        made["properties"] = {"ttl": 3600, "fqdn": f"{resource_id.name}.", "soaRecord": soa}
        resources.keep(cloud, made)


def _link(cloud: Cloud, _: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    network = str((own.get("virtualNetwork") or {}).get("id"))
    if resources.find(cloud, ResourceId(network)) is None:
        raise invalid("InvalidResourceReference", f"Resource {network} referenced by the request was not found.")
    own["virtualNetworkLinkState"] = "Completed"


KINDS = {
    "privateEndpoints": Kind(
        name=_NAME,
        located=True,
        polled=True,
        output=("networkInterfaces",),
        complete=_endpoint,
        deleted=_without_interface,
    ),
    "privateEndpoints/privateDnsZoneGroups": Kind(name=_NAME, polled=True, check=_zone_group),
    "networkInterfaces": Kind(name=_NAME, located=True, polled=True),
    "privateDnsZones": Kind(name=_ZONE, located=True, polled=True, complete=_zone),
    "privateDnsZones/SOA": Kind(name="@"),
    "privateDnsZones/virtualNetworkLinks": Kind(
        name=_NAME, located=True, polled=True, output=("virtualNetworkLinkState",), complete=_link
    ),
}
