"""A rule that several optional stacks share: they need private endpoints in networks that stacks create."""

from collections.abc import Collection, Iterator

from infra.spec.reading.raw import dig
from infra.spec.reading.read import Read, problem
from settings.problems import Problem
from settings.source import Source


def stands_in_networks_of_ours(read: Read, used: Collection[Source], *, beside: str, what: str) -> Iterator[Problem]:
    """Problems if a file of `used` asks for `what`, whose settings are called `beside`, without a network of ours."""
    if not used:
        return
    if dig(read.platform.data, "network") != "private":
        given, fix = dig(read.platform.data, "network"), f"set network: private, or remove {what}"
        yield problem(read.platform, ("network",), given=given, allowed=f"private beside {beside}", fix=fix)
    adopted = ((read.platform, name, "let the stack hub make it") for name in ("hub", "private_dns_zones"))
    own = ((source, "network", "describe a network to make") for source in used)
    for source, name, instead in (*adopted, *own):
        given = dig(source.data, "adopt", name)
        if given:
            fix = f"{instead}, or remove {what}"
            yield problem(source, ("adopt", name), given=given, allowed=f"none beside {beside}", fix=fix)
