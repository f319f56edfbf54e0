"""Writes docs/costs.md."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from infra.costs.estimate import Document, Line, estimate, used
from infra.costs.prices import Prices

_SHARED = "shared"


def page(profiles: Mapping[str, Mapping[str, Document]], environments: Sequence[str], prices: Prices) -> str:
    """The page: `profiles` are the stacks' documents by stack, by the profile's name."""
    lines = {name: estimate(documents, prices) for name, documents in profiles.items()}
    columns = (_SHARED, *environments)
    text = [
        "# Costs",
        f"Written by `python -m infra.costs` from the stacks and `policies/prices.yaml`: list prices of "
        f"{prices.looked_up}, {prices.currency}, pay as you go, {prices.hours_per_month} hours a month, rounded. "
        "What is unknown there is unknown here, and in no sum.",
        "## A month, before anything runs",
        *_table(("", *lines), _totals(lines, columns)),
    ]
    for name, found in lines.items():
        text += [f"## Where that comes from: {name}", *_table(("", "each", *columns), _parts(found, columns))]
    types = {type_ for documents in profiles.values() for type_ in used(documents)}
    text += [
        "## What use costs",
        "On top. DBUs, nodes and warehouses are in the same list; plan reviews count them.",
        *_table(("", "price", "per"), _usage(prices, types)),
    ]
    text += ["## Sources", *_table(("", "source"), _sources(prices, lines.values(), types))]
    return "\n\n".join(_joined(text)) + "\n"


def _joined(text: Iterable[str]) -> list[str]:
    """Blocks of text, with blank lines between them, except within a table."""
    blocks: list[str] = []
    for line in text:
        if line.startswith("|") and blocks and blocks[-1].startswith("|"):
            blocks[-1] += f"\n{line}"
        else:
            blocks.append(line)
    return blocks


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    marks = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, marks, *rows)]


def _owner(stack: str, columns: Sequence[str]) -> str:
    """The environment of a stack, or the shared part."""
    owners = [name for name in columns if stack.startswith(f"{name}-")]
    return max(owners, key=len, default=_SHARED)


def _cost(lines: Iterable[Line], column: str, columns: Sequence[str]) -> Decimal:
    return sum(
        (line.cost(stack) for line in lines for stack in line.counts if _owner(stack, columns) == column), Decimal(0)
    )


def _totals(lines: Mapping[str, list[Line]], columns: Sequence[str]) -> list[tuple[str, ...]]:
    """One row per environment, one for the shared part, and the sum."""
    costs = {name: {column: _cost(found, column, columns) for column in columns} for name, found in lines.items()}
    rows = [(column, *(f"{costs[name][column]:,.0f}" for name in lines)) for column in columns]
    return [*rows, ("**all, at least**", *(f"**{sum(costs[name].values()):,.0f}**" for name in lines))]


def _parts(lines: Iterable[Line], columns: Sequence[str]) -> list[tuple[str, ...]]:
    """One row per kind of resource, with the counts per owner."""
    rows = []
    for line in lines:
        counts = dict.fromkeys(columns, 0)
        for stack, count in line.counts.items():
            counts[_owner(stack, columns)] += count
        each = "unknown" if line.monthly is None else f"{line.monthly:,.2f}"
        rows.append((line.price.name, each, *(str(count or "") for count in counts.values())))
    return rows


def _usage(prices: Prices, types: set[str]) -> list[tuple[str, ...]]:
    return [
        (price.name, "unknown" if price.amount is None else f"{price.amount}", price.per)
        for price in prices.per_use
        if price.type in types
    ]


def _sources(prices: Prices, lines: Iterable[list[Line]], types: set[str]) -> list[tuple[str, ...]]:
    shown = {line.price.name: line.price.source for found in lines for line in found}
    return [*shown.items(), *((price.name, price.source) for price in prices.per_use if price.type in types)]
