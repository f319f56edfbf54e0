"""Rules about the networks: sizes, overlaps, and the requirements of the profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

from infra.spec.reading.raw import dig, table, texts
from infra.spec.reading.read import Read, problem
from settings.problems import Problem
from settings.source import Location, Source

# The longest prefix with room for the subnet's resources; Azure reserves five addresses of every subnet.
_LONGEST_PREFIX = {
    "firewall": 26,
    "gateway": 27,
    "runners": 28,
    "host": 26,
    "container": 26,
    "serving": 26,
}
# The hub has the state account's endpoint; an environment the lake's, the vault's, the workspace's and the factory's.
_LONGEST_ENDPOINTS_PREFIX = {"hub": 28, "network": 27}
_SPOKE_PREFIXES = range(16, 25)
_AZURE_KEEPS = 5


@dataclass(frozen=True, kw_only=True)
class _Range:
    """An address range and the setting that gives it."""

    source: Source
    location: Location
    network: IPv4Network

    @property
    def place(self) -> str:
        """The setting's path."""
        return f"{self.source.file} {'.'.join(map(str, self.location))}"


def _range(source: Source, location: Location, value: Any) -> _Range | None:
    """`value`, which is at `location`; None if it is absent or not a range, which its type reports."""
    try:
        return _Range(source=source, location=location, network=IPv4Network(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _space(source: Source, setting: str) -> _Range | None:
    location = (setting, "address_space")
    return _range(source, location, dig(source.data, *location))


def _networks(read: Read) -> Iterator[tuple[Source, tuple[str, ...], tuple[str, ...]]]:
    """(file, setting of a created network, setting of an adopted one) of the hub and of each environment's network."""
    yield read.platform, ("hub",), ("adopt", "hub")
    for source in read.environments.values():
        yield source, ("network",), ("adopt", "network")


def _subnets(source: Source, setting: str) -> list[_Range]:
    given = table(source.data, setting, "subnets").items()
    found = (_range(source, (setting, "subnets", name), value) for name, value in given)
    return [each for each in found if each is not None]


def _is_private(read: Read) -> bool:
    return bool(dig(read.platform.data, "network") != "ip-allow-list")


def the_profile_has_what_it_needs(read: Read) -> Iterator[Problem]:
    """Profile private needs a hub and a subnet for endpoints; in others they would be ignored, and so are refused."""
    needed: list[tuple[Source, Location, Any]] = []
    for source, made, adopted in _networks(read):
        chosen = adopted if dig(source.data, *adopted) is not None else made
        end = () if source is read.platform else ("subnets", "endpoints")
        needed.append((source, (*chosen, *end), dig(source.data, *chosen, *end)))
    for source, location, given in needed:
        name = location[-1]
        if _is_private(read) and given is None:
            fix = f"add {name}, or set network: ip-allow-list in platform.yaml"
            yield problem(source, location, given=None, allowed=f"{name} in the profile private", fix=fix)
        elif not _is_private(read) and given is not None:
            allowed = f"no {name} in the profile ip-allow-list"
            fix = f"remove {name}, or set network: private in platform.yaml"
            yield problem(source, location, given=given, allowed=allowed, fix=fix)


def the_sign_in_lies_in_an_environment(read: Read) -> Iterator[Problem]:
    """The sign-in endpoint belongs to the workspace of an existing environment."""
    for location in (("hub", "browser_sign_in"), ("adopt", "hub", "browser_sign_in")):
        given = dig(read.platform.data, *location)
        if isinstance(given, str) and given not in read.environments:
            allowed = f"one of {', '.join(sorted(read.environments))}"
            yield problem(read.platform, location, given=given, allowed=allowed, fix="name an environment")


def subnets_lie_in_their_network(read: Read) -> Iterator[Problem]:
    """Azure refuses a subnet outside the address space of its network."""
    for source, (setting,), _ in _networks(read):
        space = _space(source, setting)
        for subnet in _subnets(source, setting) if space else ():
            if space and not subnet.network.subnet_of(space.network):
                allowed = f"a range inside {space.network}"
                fix = "move it there, or widen address_space"
                yield problem(source, subnet.location, given=str(subnet.network), allowed=allowed, fix=fix)


def networks_have_room(read: Read) -> Iterator[Problem]:
    """Each subnet has enough addresses for its resources, and Databricks allows networks of /16 to /24."""
    for source in read.environments.values():
        space = _space(source, "network")
        if space and space.network.prefixlen not in _SPOKE_PREFIXES:
            fix = "give the workspace's network another size"
            yield problem(source, space.location, given=str(space.network), allowed="a /16 to a /24", fix=fix)
    for source, (setting,), _ in _networks(read):
        for subnet in _subnets(source, setting):
            name = str(subnet.location[-1])
            longest = _LONGEST_PREFIX.get(name, _LONGEST_ENDPOINTS_PREFIX[setting])
            if subnet.network.prefixlen > longest:
                allowed = f"a /{longest} or larger"
                yield problem(source, subnet.location, given=str(subnet.network), allowed=allowed, fix="enlarge it")


def clusters_have_addresses(read: Read) -> Iterator[Problem]:
    """The largest cluster that a policy allows takes one address per node in each of the two subnets."""
    for source in read.environments.values():
        halves = [each for each in _subnets(source, "network") if each.location[-1] in ("host", "container")]
        room = min((each.network.num_addresses - _AZURE_KEEPS for each in halves), default=0)
        for name in table(source.data, "policies"):
            workers = dig(source.data, "policies", name, "size", "max_workers")
            if isinstance(workers, int) and workers + 1 > room > 0:
                location = ("policies", name, "size", "max_workers")
                allowed = (
                    f"at most {room - 1}: the smaller of host and container has {room} addresses, the driver's too"
                )
                yield problem(source, location, given=workers, allowed=allowed, fix="lower it, or enlarge the subnets")


def ranges_do_not_overlap(read: Read) -> Iterator[Problem]:
    """Subnets of one network, and peered networks, must have different addresses."""
    groups = [_subnets(source, setting) for source, (setting,), _ in _networks(read)]
    if _is_private(read):
        spaces = [_space(source, setting) for source, (setting,), _ in _networks(read)]
        clients = texts(read.platform.data, "hub", "clients")
        spaces += [_range(read.platform, ("hub", "clients", position), text) for position, text in clients]
        groups.append([each for each in spaces if each is not None])
    for group in groups:
        for first, second in combinations(group, 2):
            if first.network.overlaps(second.network):
                allowed = f"a range apart from {first.network} of {first.place}"
                fix = "give each its own range"
                yield problem(second.source, second.location, given=str(second.network), allowed=allowed, fix=fix)


NETWORK_CHECKS = (
    the_profile_has_what_it_needs,
    the_sign_in_lies_in_an_environment,
    subnets_lie_in_their_network,
    networks_have_room,
    clusters_have_addresses,
    ranges_do_not_overlap,
)
