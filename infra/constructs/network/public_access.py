"""Access to a resource other than by its private endpoints."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

# Azure's firewalls accept no range smaller than this, only single addresses.
_LONGEST_PREFIX = 30


@dataclass(frozen=True, kw_only=True)
class PublicAccess:
    """Nobody, unless named: IPv4 ranges of the internet, and ids of subnets with a service endpoint."""

    ips: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether the resource answers at its public address at all."""
        return bool(self.ips or self.subnet_ids)

    @property
    def ip_rules(self) -> list[str] | None:
        """`ips` in the format of Azure's firewalls; None for none."""
        return _rules(self.ips) or None

    @property
    def subnet_rules(self) -> list[str] | None:
        """`subnet_ids`; None for none."""
        return list(self.subnet_ids) or None


def _rules(ranges: Iterable[str]) -> list[str]:
    rules: list[str] = []
    for text in ranges:
        network = ipaddress.IPv4Network(text)
        rules += [text] if network.prefixlen <= _LONGEST_PREFIX else [str(address) for address in network]
    return rules


NOBODY = PublicAccess()
