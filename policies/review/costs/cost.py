"""A plan's change of the monthly bill: DBUs and machines, as a range, with the unknown parts named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.globs import fits
from policies.review.costs.estimates import BY_USE, ESTIMATES, SIZES, Monthly, priced
from policies.review.costs.prices import Prices
from policies.terraform.change import Action, Change
from policies.terraform.plan import Plan


@dataclass(frozen=True, kw_only=True)
class CostChange:
    """The cost difference of one resource.

    Both ends compare like with like: minimum use with minimum use, maximum use with maximum use.
    """

    address: str
    low: float
    high: float
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The monthly cost difference of a whole plan, at the prices of `as_of`."""

    currency: str
    as_of: str
    region: str
    low: float
    high: float
    items: tuple[CostChange, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """`address: the part without a price`, for every such part."""
        return tuple(f"{item.address}: {text}" for item in self.items for text in item.unknown)


def cost(plan: Plan, prices: Prices) -> Cost:
    """The cost change of applying the plan. Resources without a cost (grants, policies) are left out."""
    items = tuple(item for change in plan.changes if (item := _difference(change, plan, prices)) is not None)
    return Cost(
        currency=prices.currency,
        as_of=prices.as_of,
        region=prices.region,
        low=sum(item.low for item in items),
        high=sum(item.high for item in items),
        items=items,
    )


def _difference(change: Change, plan: Plan, prices: Prices) -> CostChange | None:
    before, after = (monthly(change.type, values, prices) for values in (change.before, change.after))
    if change.action is Action.FORGET and change.after is None:  # it still exists, and so does its cost
        after = before
    after += Monthly(unknown=tuple(_not_known_yet(change, plan)))
    unknown = tuple(dict.fromkeys((*before.unknown, *after.unknown)))
    low, high = after.low - before.low, after.high - before.high
    # As far as a plan shows, usage-based cost changes only when the resource comes or goes.
    if not (low or high or (unknown and before != after)):
        return None
    return CostChange(address=change.address, low=min(low, high), high=max(low, high), unknown=unknown)


def _not_known_yet(change: Change, plan: Plan) -> Iterator[str]:
    """Computed arguments that the price depends on: they may be anything, so the price is not zero."""
    if change.type in ESTIMATES and isinstance(change.unknown, Mapping):
        configured = plan.configuration.of(change.address)
        for name, marks in change.unknown.items():
            if configured is None or name in configured.settings:
                yield from (f"{path} is known after apply" for path in _sizes(name, marks))


def _sizes(name: str, marks: Any) -> Iterator[str]:
    """The unknown attributes below `name` that determine size or run time."""
    if marks is True and name in SIZES:
        yield name
    for inner in marks if isinstance(marks, list) else ():
        yield from _sizes(name, inner)
    for inner_name, inner in marks.items() if isinstance(marks, Mapping) else ():
        yield from _sizes(inner_name, inner)


def monthly(kind: str, values: Any, prices: Prices) -> Monthly:
    """The monthly cost of a resource of type `kind`; zero if it does not exist."""
    hours = prices.hours_per_month
    if not isinstance(values, Mapping):
        return Monthly()
    if kind in prices.by_use:
        return Monthly(unknown=(BY_USE,))
    if kind in prices.hourly:
        return priced(prices.hourly[kind], kind).times(hours, hours)
    if kind in prices.hourly_by:
        attribute, by_value = prices.hourly_by[kind]
        price = by_value.get(str(values.get(attribute)))
        return priced(price, f"{attribute} {values.get(attribute)}").times(
            prices.hours_per_month, prices.hours_per_month
        )
    estimate = ESTIMATES.get(kind)
    if estimate:
        return estimate(values, prices)
    free = fits(kind, prices.free)
    return Monthly() if free else Monthly(unknown=("its type is not in policies/prices.yaml",))
