"""Counts the stacks' resources, and multiplies by prices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infra.costs.prices import Fixed, Prices

_AZURE = "azurerm_"
Document = Mapping[str, Any]


class CostError(ValueError):
    """The list of prices does not cover all resources of the stacks."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One kind of resource: its monthly price each (None: unknown), and the number per stack."""

    price: Fixed
    monthly: Decimal | None
    counts: Mapping[str, int]

    def cost(self, stack: str) -> Decimal:
        """The monthly cost of the resources of `stack`, as far as known."""
        return (self.monthly or Decimal(0)) * self.counts.get(stack, 0)


def estimate(documents: Mapping[str, Document], prices: Prices) -> list[Line]:
    """One line per fixed price of a resource in the stacks.

    Raises CostError for types that the list lacks.
    """
    unknown = sorted(type_ for type_ in used(documents) if not prices.covers(type_))
    if unknown:
        raise CostError(
            f"the stacks make {', '.join(unknown)}, which policies/prices.yaml does not have: "
            "add each under fixed, per_use, by_use or free"
        )
    lines = []
    for price in prices.fixed:
        counts: dict[str, int] = {}
        for stack, type_, arguments in _resources(documents):
            if type_ == price.type and price.where.items() <= arguments.items():
                counts[stack] = counts.get(stack, 0) + 1
        if counts:
            lines.append(Line(price=price, monthly=prices.monthly(price), counts=counts))
    return lines


def used(documents: Mapping[str, Document]) -> set[str]:
    """The types of Azure resources in the stacks."""
    return {type_ for _, type_, _ in _resources(documents)}


def _resources(documents: Mapping[str, Document]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(stack, type, arguments) of every Azure resource."""
    for stack, document in documents.items():
        for type_, instances in document.get("resource", {}).items():
            if type_.startswith(_AZURE):
                for arguments in instances.values():
                    yield stack, type_, arguments
