"""Queries the summary of a table: three statements at most, two of which read it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from cli.errors import CommandError
from cli.output import Row
from cli.summarize.columns import Column, Facts, Kind, Summary
from cli.summarize.statements import BINS, FREQUENT, by_column, columns_statement, counts_statement, facts_statement
from cli.warehouse import RefusedError, Warehouse, quoted, table_parts

_FIRST_DAY, _FIRST_MOMENT = date(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)


def summaries(warehouse: Warehouse, table: str) -> list[Summary]:
    """One per column, in the table's order. Raises CommandError, which names a missing right if that is the cause."""
    name = quoted(*table_parts(table))
    try:
        answer = warehouse.ask(columns_statement(name))
        columns = [Column(name=each, type=kind.upper()) for each, kind in answer.columns]
        said = {int(row["at"]): row for row in warehouse.ask(facts_statement(name, columns)).named()}
        facts = [facts_of(column, said.get(at)) for at, column in enumerate(columns)]
        counts = counts_statement(name, columns, facts)
        counted = by_column(warehouse.ask(counts).rows) if counts else {}
    except RefusedError as error:
        if not error.lacks_right:
            raise
        who = warehouse.principal
        fix = "grant them SELECT on it, and USE SCHEMA and USE CATALOG on what holds it, or ask --as one who has them"
        raise CommandError(f"{who} may not read {table}: {fix}. {error.message}") from error
    return list(_joined(columns, facts, counted))


def facts_of(column: Column, row: Row | None) -> Facts:
    """The facts of one column from `facts_statement`; None if the table has no rows."""
    if row is None:
        return Facts(rows=0, nulls=0, distinct=None if column.kind is Kind.OTHER else 0)
    mean, deviation, low, high = (_float(row[name]) for name in ("mean", "deviation", "low", "high"))
    is_number = column.kind is Kind.NUMBER
    quartiles = [found for at in (1, 2, 3) if (found := _float(row[f"quartile_{at}"])) is not None]
    return Facts(
        rows=int(row["row_count"]),
        nulls=int(row["nulls"]),
        distinct=None if column.kind is Kind.OTHER else int(row["distinct_count"]),
        nan=int(row["nan"]),
        infinite=int(row["infinite"]),
        mean=mean if is_number else None,
        deviation=deviation if is_number else None,
        low=low,
        high=high,
        minimum=row["minimum"],
        maximum=row["maximum"],
        quartiles=tuple(_as_value(column, each) for each in quartiles),
    )


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)


def _as_value(column: Column, number: float) -> str:
    """A quartile as a value of its column; a time beyond Python's calendar stays a number."""
    if column.kind is Kind.NUMBER:
        return str(int(number)) if column.is_whole else repr(number)
    try:
        if column.base == "DATE":
            return str(_FIRST_DAY + timedelta(days=int(number)))
        return str((_FIRST_MOMENT + timedelta(microseconds=int(number))).replace(tzinfo=None))
    except OverflowError:
        return repr(number)


def _joined(
    columns: Sequence[Column], facts: Sequence[Facts], counted: Mapping[int, Sequence[tuple[str, int]]]
) -> Iterator[Summary]:
    for at, (column, known) in enumerate(zip(columns, facts, strict=True)):
        counts = counted.get(at, ())
        if column.kind is Kind.TEXT:
            yield Summary(column=column, facts=known, frequent=tuple(counts[:FREQUENT]))
        else:
            by_bin = {int(bin_): count for bin_, count in counts}
            bins = tuple(by_bin.get(bin_, 0) for bin_ in range(BINS)) if by_bin else ()
            yield Summary(column=column, facts=known, bins=bins)
