"""The internet destinations in a network policy: a host, or all hosts below `*.domain`. Pure."""

from collections.abc import Iterable


def allowed(host: str, destinations: Iterable[str]) -> bool:
    """Whether one of `destinations` covers `host`."""
    return any(_covers(destination, host) for destination in destinations)


def _covers(destination: str, host: str) -> bool:
    if destination.startswith("*."):
        return host.endswith(destination[1:])
    return host == destination
