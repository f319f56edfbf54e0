"""A list that allows the whole Internet restricts nobody."""

import ipaddress

from ..engine.api import Expression, Resource, Scalar, Severity, Verdict, computed, failed, passed, rule, same, worst

# The widest range that a single organisation still owns.
_WIDEST_PREFIX_IPV4 = 8
_WIDEST_PREFIX_IPV6 = 32


@rule(
    "CKV_MLOPS_54",
    Severity.HIGH,
    "databricks_ip_access_list",
    rationale="A range such as 0.0.0.0/0 enables the check but admits everyone.",
    fix="Name the ranges of your offices, VPN and pipelines; none wider than /8.",
    control="SAT NS-5",
)
def address_lists_are_narrow(resource: Resource) -> Verdict:
    """Lists of allowed addresses name narrow ranges."""
    kind = resource.block.value("list_type")
    if kind is not None and same(kind, "BLOCK"):
        return passed("it refuses")
    found = resource.block.values("ip_addresses")
    return worst(_one(value) for value in found) if found else failed("ip_addresses is empty; allowed: named ranges")


def _one(value: Scalar) -> Verdict:
    if isinstance(value, Expression):
        return computed("ip_addresses", value)
    try:
        range_ = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return failed(f"ip_addresses holds {value}; allowed: addresses and ranges")
    widest = _WIDEST_PREFIX_IPV4 if range_.version == 4 else _WIDEST_PREFIX_IPV6
    return passed() if range_.prefixlen >= widest else failed(f"{value} is wider than /{widest}; allowed: narrower")
