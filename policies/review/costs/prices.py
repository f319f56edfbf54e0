"""The price file: list prices with date and currency. What it does not hold has no price, which is not zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.errors import RulesError
from policies.yaml_file import only, read_yaml, texts_of

PRICES = Path(__file__).resolve().parents[2] / "prices.yaml"
_KEYS = (
    "as_of",
    "currency",
    "region",
    "source",
    "usage",
    "dbu",
    "warehouse_dbu_per_hour",
    "nodes",
    "hourly",
    "hourly_by",
    "by_use",
    "free",
)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One machine per hour: its price, and the DBUs it uses. None where the file does not say."""

    vm_per_hour: float | None
    dbu_per_hour: float | None


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices in `currency` per hour or per DBU; `usage` in hours a month and minutes a run."""

    as_of: str
    currency: str
    region: str
    usage: Mapping[str, float]
    dbu: Mapping[str, float]
    warehouse_dbu_per_hour: Mapping[str, float]
    nodes: Mapping[str, Node]
    hourly: Mapping[str, float]
    hourly_by: Mapping[str, tuple[str, Mapping[str, float]]]
    by_use: frozenset[str]
    free: tuple[str, ...]

    def node(self, name: str) -> Node:
        """The node type called `name`; one without prices where the file does not have it."""
        return self.nodes.get(name, Node(vm_per_hour=None, dbu_per_hour=None))


def read_prices(path: Path = PRICES) -> Prices:
    """The prices in `path`. Raises RulesError where something is missing or no number."""
    found = only(path, "the file", read_yaml(path), *_KEYS)
    missing = [key for key in _KEYS if key not in found]
    if missing:
        raise RulesError(f"{path}: {', '.join(missing)} missing; every section must be there, if need be empty")
    return Prices(
        as_of=str(found["as_of"]),
        currency=str(found["currency"]),
        region=str(found["region"]),
        usage=_usage(path, found["usage"]),
        dbu=_numbers(path, "dbu", found["dbu"]),
        warehouse_dbu_per_hour=_numbers(path, "warehouse_dbu_per_hour", found["warehouse_dbu_per_hour"]),
        nodes={name: _node(path, name, entry) for name, entry in (found["nodes"] or {}).items()},
        hourly=_numbers(path, "hourly", found["hourly"]),
        hourly_by={name: _by_attribute(path, name, entry) for name, entry in (found["hourly_by"] or {}).items()},
        by_use=frozenset(texts_of(path, "the file", found, "by_use")),
        free=texts_of(path, "the file", found, "free"),
    )


_USAGE = ("warehouse_hours", "cluster_hours", "job_minutes_per_run")


def _usage(path: Path, entry: Any) -> Mapping[str, float]:
    found = _numbers(path, "usage", only(path, "usage", entry, *_USAGE))
    if len(found) != len(_USAGE):
        raise RulesError(f"{path}: usage needs {', '.join(_USAGE)}")
    return found


def _numbers(path: Path, place: str, entry: Any) -> Mapping[str, float]:
    if not isinstance(entry, Mapping):
        raise RulesError(f"{path}: {place} is {entry!r}; a mapping of names to numbers is needed")
    wrong = [name for name, value in entry.items() if isinstance(value, bool) or not isinstance(value, int | float)]
    if wrong or any(value < 0 for value in entry.values()):
        raise RulesError(f"{path}: {place}: {', '.join(map(str, wrong)) or 'a price'} is no number of at least 0")
    return {str(name): float(value) for name, value in entry.items()}


def _node(path: Path, name: str, entry: Any) -> Node:
    found = _numbers(path, f"nodes.{name}", only(path, f"nodes.{name}", entry, "vm_per_hour", "dbu_per_hour"))
    return Node(vm_per_hour=found.get("vm_per_hour"), dbu_per_hour=found.get("dbu_per_hour"))


def _by_attribute(path: Path, name: str, entry: Any) -> tuple[str, Mapping[str, float]]:
    found = only(path, f"hourly_by.{name}", entry, "attribute", "prices")
    return str(found.get("attribute")), _numbers(path, f"hourly_by.{name}.prices", found.get("prices"))
