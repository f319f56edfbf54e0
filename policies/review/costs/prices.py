"""The price file: list prices with date and currency. A missing price is unknown, not zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from policies.review.costs.price_list import Node, PriceList
from policies.yaml_model import read_model

PRICES = Path(__file__).resolve().parents[2] / "prices.yaml"


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices in `currency` per hour or per DBU; `usage` in hours a month and minutes a run."""

    as_of: str
    currency: str
    region: str
    hours_per_month: int
    usage: Mapping[str, float]
    dbu: Mapping[str, float]
    warehouse_dbu_per_hour: Mapping[str, float]
    nodes: Mapping[str, Node]
    hourly: Mapping[str, float]
    hourly_by: Mapping[str, tuple[str, Mapping[str, float]]]
    by_use: frozenset[str]
    free: tuple[str, ...]

    def node(self, name: str) -> Node:
        """The node type called `name`; one without prices if the file lacks it."""
        return self.nodes.get(name, Node())


def read_prices(path: Path = PRICES) -> Prices:
    """The prices in `path`. Raises RulesError with everything that is missing, unknown or not a price."""
    found = read_model(path, PriceList)
    hourly, hourly_by = _hourly(found), _hourly_by(found)
    priced = {price.type for price in found.fixed} | {price.type for price in found.per_use}
    return Prices(
        as_of=str(found.as_of),
        currency=found.currency,
        region=found.region,
        hours_per_month=found.hours_per_month,
        usage=found.usage.model_dump(),
        dbu=found.dbu,
        warehouse_dbu_per_hour=found.warehouse_dbu_per_hour,
        nodes=found.nodes,
        hourly=hourly,
        hourly_by=hourly_by,
        by_use=frozenset((*found.by_use, *(priced - set(hourly) - set(hourly_by)))),
        free=found.free,
    )


def _hourly(found: PriceList) -> Mapping[str, float]:
    """The known prices of types whose resources all cost the same."""
    prices = {price.type: price.hourly(found.hours_per_month) for price in found.fixed if not price.where}
    return {kind: amount for kind, amount in prices.items() if amount is not None}


def _hourly_by(found: PriceList) -> Mapping[str, tuple[str, Mapping[str, float]]]:
    """The known prices of types whose price depends on an argument: the argument, and the price by its value."""
    prices: dict[str, tuple[str, dict[str, float]]] = {}
    for price in found.fixed:
        amount = price.hourly(found.hours_per_month)
        for argument, value in price.where.items():
            if amount is not None:
                prices.setdefault(price.type, (argument, {}))[1][value] = amount
    return prices
