"""Address ranges of virtual networks: validity, overlap, and the first free address. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Network, ip_network

# Azure keeps the first four addresses of a subnet, and the last, to itself.
_KEPT = 4


def networks(prefixes: Iterable[str]) -> list[IPv4Network]:
    """The IPv4 ranges. Raises ValueError for an invalid range or one with host bits."""
    return [net for net in map(ip_network, prefixes) if isinstance(net, IPv4Network)]


def outside(inner: Iterable[IPv4Network], outer: Iterable[IPv4Network]) -> list[IPv4Network]:
    """Those of `inner` that lie within none of `outer`."""
    around = list(outer)
    return [net for net in inner if not any(net.subnet_of(each) for each in around)]


def overlapping(ones: Iterable[IPv4Network], others: Iterable[IPv4Network]) -> list[IPv4Network]:
    """Those of `ones` that share an address with any of `others`."""
    held = list(others)
    return [net for net in ones if any(net.overlaps(each) for each in held)]


def first_free(subnet: IPv4Network, taken: Iterable[str]) -> str | None:
    """The first address that a resource may have; None if all are taken."""
    held = set(taken)
    free = (str(subnet[n]) for n in range(_KEPT, subnet.num_addresses - 1) if str(subnet[n]) not in held)
    return next(free, None)
