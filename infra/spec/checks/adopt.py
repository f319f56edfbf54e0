"""Rules about adopted resources: their location, the settings that they need, and the ones that they replace."""

from collections.abc import Callable, Iterator
from typing import Any

from infra import azure_names
from infra.azure_ids import parsed
from infra.spec.lake import CATALOG_ROOT
from infra.spec.reading.raw import dig, table, texts
from infra.spec.reading.read import Read, problem
from settings.problems import Problem
from settings.source import Location, Source

# Resources that only one environment can use: another's keys, roles and schemas would be in the way.
_OWN = (
    ("lake",),
    ("key_vault",),
    ("workspace",),
    ("network", "subnets", "host"),
    ("network", "subnets", "container"),
)
_IDS = (
    *_OWN,
    ("resource_group",),
    ("log_analytics",),
    ("network", "virtual_network"),
    ("network", "subnets", "endpoints"),
)
_SHARED_IDS = (
    ("resource_group",),
    ("log_analytics",),
    ("hub", "virtual_network"),
    ("hub", "endpoints"),
    ("hub", "firewall"),
)


def _ids(read: Read) -> Iterator[tuple[Source, Location, str]]:
    """(file, setting, id) of every adopted Azure resource."""
    for source, steps in [(read.platform, _SHARED_IDS), *((each, _IDS) for each in read.environments.values())]:
        for step in steps:
            given = dig(source.data, "adopt", *step)
            if isinstance(given, str):
                yield source, ("adopt", *step), given
    for position, zone in texts(read.platform.data, "adopt", "private_dns_zones"):
        yield read.platform, ("adopt", "private_dns_zones", position), zone


def _readable(text: str) -> bool:
    """Whether it is an id at all; if not, its type reports it."""
    try:
        parsed(text)
    except ValueError:
        return False
    return True


def adopted_things_lie_in_the_subscription(read: Read) -> Iterator[Problem]:
    """A stack has one subscription, in which its pipeline has its rights."""
    for source, location, given in _ids(read):
        wanted = dig(source.data, "azure", "subscription_id")
        if _readable(given) and isinstance(wanted, str) and parsed(given).subscription_id != wanted:
            allowed = f"an id in the subscription {wanted} of azure.subscription_id"
            fix = "adopt one of that subscription, or correct azure.subscription_id"
            yield problem(source, location, given=given, allowed=allowed, fix=fix)


def subnets_belong_to_their_network(read: Read) -> Iterator[Problem]:
    """A subnet's id begins with its network's."""
    places: list[tuple[Source, tuple[str, ...], tuple[str, ...]]] = [(read.platform, ("adopt", "hub"), ("endpoints",))]
    for source in read.environments.values():
        places += [(source, ("adopt", "network"), ("subnets", name)) for name in ("host", "container", "endpoints")]
    for source, network, subnet in places:
        vnet, given = dig(source.data, *network, "virtual_network"), dig(source.data, *network, *subnet)
        if isinstance(vnet, str) and isinstance(given, str) and not given.startswith(f"{vnet}/subnets/"):
            fix = "adopt a subnet of that network, or correct virtual_network"
            yield problem(source, (*network, *subnet), given=given, allowed=f"{vnet}/subnets/<name>", fix=fix)


def one_is_made_or_adopted(read: Read) -> Iterator[Problem]:
    """A network is described only if it is created; next to an adopted one its address space would have no effect."""
    for source in read.environments.values():
        made, adopted = dig(source.data, "network"), dig(source.data, "adopt", "network")
        if made is not None and adopted is not None:
            fix = "remove network: its ranges are read from the adopted one"
            yield problem(source, ("network",), given=made, allowed="none beside adopt.network", fix=fix)
        if made is None and adopted is None:
            allowed, fix = "network, or adopt.network", "describe one to make, or adopt one"
            yield problem(source, ("network",), given=None, allowed=allowed, fix=fix)
    hub, adopted = dig(read.platform.data, "hub"), dig(read.platform.data, "adopt", "hub")
    if hub is not None and adopted is not None:
        fix = "remove hub: its network, firewall and egress are their owner's"
        yield problem(read.platform, ("hub",), given=hub, allowed="none beside adopt.hub", fix=fix)


def adopted_networks_have_an_adopted_hub(read: Read) -> Iterator[Problem]:
    """Our firewall routes only networks that we create; the owner of an adopted network routes it to their own hub."""
    private = dig(read.platform.data, "network") != "ip-allow-list"
    for source in read.environments.values():
        given = dig(source.data, "adopt", "network")
        if private and given is not None and dig(read.platform.data, "adopt", "hub") is None:
            allowed = "an adopted network beside an adopted hub, in the profile private"
            fix = "add adopt.hub to platform.yaml, or describe a network to make"
            yield problem(source, ("adopt", "network"), given=given, allowed=allowed, fix=fix)


def what_is_shared_has_a_hub(read: Read) -> Iterator[Problem]:
    """Without a hub, every environment has its own resources."""
    if dig(read.platform.data, "network") != "ip-allow-list":
        return
    for name, given in table(read.platform.data, "adopt").items():
        if given and name != "hub":
            fix = "adopt it in the environments' files, or set network: private"
            allowed = "none in the profile ip-allow-list"
            yield problem(read.platform, ("adopt", name), given=given, allowed=allowed, fix=fix)


def adopted_zones_are_all_there(read: Read) -> Iterator[Problem]:
    """Nothing resolves a private endpoint without its zone, and the hub links all zones or none."""
    listed = texts(read.platform.data, "adopt", "private_dns_zones")
    if not listed:
        return
    needed = set(azure_names.DNS_ZONES.values())
    if dig(read.platform.data, "data_factory") is not True:
        needed.discard(azure_names.DNS_ZONES["dataFactory"])
    given = [parsed(zone).name for _, zone in listed if _readable(zone)]
    for zone in sorted(needed - set(given)):
        yield problem(
            read.platform,
            ("adopt", "private_dns_zones"),
            given=given,
            allowed=f"all of {', '.join(sorted(needed))}",
            fix=f"add the id of {zone}, or adopt none",
        )
    for position, zone in listed:
        if _readable(zone) and parsed(zone).name not in azure_names.DNS_ZONES.values():
            allowed = f"one of {', '.join(sorted(needed))}"
            location = ("adopt", "private_dns_zones", position)
            yield problem(read.platform, location, given=zone, allowed=allowed, fix="remove it")


def adopted_workspaces_have_their_network(read: Read) -> Iterator[Problem]:
    """A workspace cannot change its network."""
    for source in read.environments.values():
        given = dig(source.data, "adopt", "workspace")
        if given is not None and dig(source.data, "adopt", "network") is None:
            fix = "add adopt.network with the network and subnets that it stands in"
            allowed = "workspace together with network"
            yield problem(source, ("adopt", "workspace"), given=given, allowed=allowed, fix=fix)


def an_adopted_thing_is_not_described(read: Read) -> Iterator[Problem]:
    """Settings of created resources would be ignored next to an adopted one, and so are refused."""
    settings: tuple[tuple[Location, str], ...] = (
        (("azure", "redundancy"), "lake"),
        (("azure", "landing_days"), "lake"),
        (("azure", "compliance"), "workspace"),
    )
    for source in read.environments.values():
        for location, adopted in settings:
            given = dig(source.data, *map(str, location))
            needs_both = location[-1] == "redundancy" and dig(source.data, "adopt", "workspace") is None
            if given is not None and dig(source.data, "adopt", adopted) is not None and not needs_both:
                allowed, fix = f"none beside adopt.{adopted}", f"remove it: it is the owner's of the {adopted}"
                yield problem(source, location, given=given, allowed=allowed, fix=fix)


def adopted_catalogs_are_the_environments(read: Read) -> Iterator[Problem]:
    """The catalog's name is `catalog`, adopted or made."""
    for source in read.environments.values():
        given, wanted = dig(source.data, "adopt", "catalog"), dig(source.data, "catalog")
        if given is not None and given != wanted:
            yield problem(
                source, ("adopt", "catalog"), given=given, allowed=repr(wanted), fix="write the name of catalog"
            )


def adopted_locations_lie_in_an_adopted_lake(read: Read) -> Iterator[Problem]:
    """Roles, network rules and containers depend on the lake, so a location elsewhere would be unreachable."""
    for source in read.environments.values():
        given = table(source.data, "adopt", "locations")
        if given and dig(source.data, "adopt", "lake") is None:
            location, fix = ("adopt", "locations"), "add adopt.lake, the account that they lie in"
            yield problem(source, location, given=dict(given), allowed="locations together with lake", fix=fix)


def adopted_catalogs_have_their_own_root(read: Read) -> Iterator[Problem]:
    """We store nothing in the root of a catalog that we do not create."""
    for source in read.environments.values():
        location = ("adopt", "locations", CATALOG_ROOT)
        given = dig(source.data, *location)
        if given is not None and dig(source.data, "adopt", "catalog") is not None:
            allowed, fix = "none beside adopt.catalog, which has its own root", "remove it: nothing would lie there"
            yield problem(source, location, given=given, allowed=allowed, fix=fix)


def each_adopts_its_own(read: Read) -> Iterator[Problem]:
    """Two environments with the same lake, vault, workspace, subnet or location would change each other's."""
    owner: dict[tuple[str, Any], Source] = {}
    for source in read.environments.values():
        places = [("adopt", *step) for step in _OWN]
        places += [("adopt", "locations", name) for name in table(source.data, "adopt", "locations")]
        for location in places:
            given = dig(source.data, *location)
            if not isinstance(given, str):
                continue
            kind = "subnets" if "subnets" in location else location[1]
            first = owner.setdefault((kind, given.lower()), source)
            if first is not source:
                allowed, fix = f"one that {first.file} does not adopt", "give each environment its own"
                yield problem(source, location, given=given, allowed=allowed, fix=fix)


ADOPT_CHECKS: tuple[Callable[[Read], Iterator[Problem]], ...] = (
    adopted_things_lie_in_the_subscription,
    subnets_belong_to_their_network,
    one_is_made_or_adopted,
    adopted_networks_have_an_adopted_hub,
    what_is_shared_has_a_hub,
    adopted_zones_are_all_there,
    adopted_workspaces_have_their_network,
    an_adopted_thing_is_not_described,
    adopted_catalogs_are_the_environments,
    adopted_locations_lie_in_an_adopted_lake,
    adopted_catalogs_have_their_own_root,
    each_adopts_its_own,
)
