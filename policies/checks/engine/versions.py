"""A version constraint's bounds: the lowest allowed version, and the upper bound."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Version = tuple[int, int, int]
_PART = re.compile(r"^(=|!=|>=|>|<=|<|~>)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$")
_LOWER, _UPPER = ("=", ">=", ">", "~>"), ("=", "<=", "<", "~>")


def versions_in(blocks: Any) -> dict[str, tuple[str, ...]]:
    """The version constraints in `terraform` blocks, by the provider's own name rather than its local name."""
    found: dict[str, tuple[str, ...]] = {}
    for block in _mappings(blocks):
        for demanded in _mappings(block.get("required_providers")):
            for name, entry in demanded.items():
                for source, version in _demands(name, entry):
                    found[source] = (*found.get(source, ()), version)
    return found


def _demands(name: str, entry: Any) -> list[tuple[str, str]]:
    """A version alone, or with the source, whose last part is the provider's name."""
    entries = entry if isinstance(entry, list) else [entry]
    whole = [one for one in entries if isinstance(one, Mapping)]
    found = [(str(_first(one.get("source")) or name).rpartition("/")[2], _first(one.get("version"))) for one in whole]
    found += [(name, one) for one in entries if isinstance(one, str)]
    return [(source, version) for source, version in found if isinstance(version, str)]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _mappings(raw: Any) -> list[Mapping[str, Any]]:
    """The mappings in `raw`, which may be one or a list of lists of them."""
    if isinstance(raw, Mapping):
        return [raw]
    return [found for item in raw for found in _mappings(item)] if isinstance(raw, list) else []


def lowest(constraints: Sequence[str]) -> Version:
    """The lowest version that all constraints allow; zeros if they name none."""
    found = [version for operator, version, _ in _parts(constraints) if operator in _LOWER]
    return max(found, default=(0, 0, 0))


def highest(constraints: Sequence[str]) -> Version | None:
    """An upper bound of all allowed versions; None without one."""
    found = [_ceiling(operator, version, length) for operator, version, length in _parts(constraints)]
    return min((one for one in found if one is not None), default=None)


def _parts(constraints: Sequence[str]) -> list[tuple[str, Version, int]]:
    """Operator, version and the number of its parts; other text is ignored."""
    matches = [_PART.match(part.strip()) for text in constraints for part in text.split(",")]
    return [
        (
            match[1] or "=",
            (int(match[2]), int(match[3] or 0), int(match[4] or 0)),
            sum(part is not None for part in match.groups()[1:]),
        )
        for match in matches
        if match
    ]


def _ceiling(operator: str, version: Version, length: int) -> Version | None:
    if operator not in _UPPER:
        return None
    if operator != "~>" or length == 1:
        return version if operator != "~>" else None
    return (version[0] + 1, 0, 0) if length == 2 else (version[0], version[1] + 1, 0)
