"""The statements that summarize a table: its columns, facts of each, and counts for the pictures. Pure.

Each statement covers all columns, so that the number of statements does not depend on the table's width. It turns each
value into a row: Spark plans one aggregate for all columns in a tenth of the time for one per column.
"""

from collections.abc import Iterator, Mapping, Sequence

from cli.summarize.columns import Column, Facts, Kind
from cli.warehouse import quoted

BINS = 20
FREQUENT = 10
# Texts are ranked by counting each value; beyond this many distinct ones, frequent values say little and cost most.
MOST_RANKED = 100_000
# Quartiles are off by at most one row in this many.
_ACCURACY = 1_000
_INFINITE = "abs(x) = double('Infinity')"


def columns_statement(table: str) -> str:
    """Returns no rows: the result's columns are the table's. `table` is quoted."""
    return f"SELECT * FROM {table} LIMIT 0"


def facts_statement(table: str, columns: Sequence[Column]) -> str:
    """One row per column, as `facts_of` reads it; none if the table has no rows.

    Inside, one row per value: number of the column, text, the value as a double and as a whole number, if it is one.
    `f` excludes NaN and infinities. Values are ordered by double, and equal doubles by the whole number.
    """
    values = ", ".join(f"{at}, {', '.join(_value(column))}" for at, column in enumerate(columns))
    stacked = f"SELECT stack({len(columns)}, {values}) AS (at, s, x, y) FROM {table}"
    finite = f"SELECT *, CASE WHEN abs(x) < double('Infinity') THEN x END AS f FROM ({stacked})"
    placed = f"SELECT *, CASE WHEN f IS NOT NULL THEN struct(f, y) END AS place FROM ({finite})"
    quartiles = f"approx_percentile(f, array(0.25D, 0.5D, 0.75D), {_ACCURACY})"
    return (
        "SELECT at, count(*) AS row_count, count_if(s IS NULL) AS nulls,"
        " hll_sketch_estimate(hll_sketch_agg(s)) AS distinct_count,"
        f" count_if(isnan(x)) AS nan, count_if({_INFINITE}) AS infinite,"
        " avg(f) AS mean, stddev_samp(f) AS deviation, min(f) AS low, max(f) AS high,"
        " min_by(s, place) AS minimum, max_by(s, place) AS maximum,"
        f" {', '.join(f'element_at({quartiles}, {at}) AS quartile_{at}' for at in (1, 2, 3))}"
        f" FROM ({placed}) GROUP BY at ORDER BY at"
    )


def counts_statement(table: str, columns: Sequence[Column], facts: Sequence[Facts]) -> str | None:
    """Rows of column number, bin or value, and count; at most BINS or FREQUENT of each. None if there are no rows."""
    pairs = list(_counted(columns, facts))
    if not pairs:
        return None
    counted = (
        f"SELECT at, value, count(*) AS found FROM (SELECT stack({len(pairs)}, {', '.join(pairs)}) AS (at, value)"
        f" FROM {table}) WHERE value IS NOT NULL GROUP BY at, value"
    )
    ranked = f"SELECT *, row_number() OVER (PARTITION BY at ORDER BY found DESC, value) AS place FROM ({counted})"
    return f"SELECT at, value, found FROM ({ranked}) WHERE place <= {max(BINS, FREQUENT)} ORDER BY at, place"


def _value(column: Column) -> tuple[str, str, str]:
    """A value as text, as a double, and as a whole number; for a nested value only whether it is there."""
    name = quoted(column.name)
    if column.kind is Kind.OTHER:
        return f"CASE WHEN {name} IS NOT NULL THEN '' END", _null("DOUBLE"), _null("BIGINT")
    text = f"CAST({name} AS STRING)"
    if column.kind is Kind.TEXT:
        return text, _null("DOUBLE"), _null("BIGINT")
    return text, _number(column), f"CAST({_whole(column)} AS BIGINT)" if _whole(column) else _null("BIGINT")


def _null(kind: str) -> str:
    return f"CAST(NULL AS {kind})"


def _whole(column: Column) -> str:
    """The value as a whole number: a date as days, another time as microseconds since 1970; empty for other types."""
    name = quoted(column.name)
    if column.base == "DATE":
        return f"unix_date({name})"
    if column.kind is Kind.TIME:
        return f"unix_micros(CAST({name} AS TIMESTAMP))"
    return name if column.is_whole else ""


def _number(column: Column) -> str:
    return f"CAST({_whole(column) or quoted(column.name)} AS DOUBLE)"


def _counted(columns: Sequence[Column], facts: Sequence[Facts]) -> Iterator[str]:
    """The counted value per column, after its number: its bin, or its value. None for columns without a chart."""
    for at, (column, known) in enumerate(zip(columns, facts, strict=True)):
        if column.kind is Kind.TEXT and 0 < (known.distinct or 0) <= MOST_RANKED:
            yield f"{at}, CAST({quoted(column.name)} AS STRING)"
        elif known.low is not None and known.high is not None:
            yield f"{at}, {_bin(_number(column), known.low, known.high)}"


def _bin(number: str, low: float, high: float) -> str:
    """The bin of a finite number. Computed with halves, because the distance of two doubles may overflow a double."""
    half_width = high / BINS / 2 - low / BINS / 2
    place = f"({number} * 0.5D - {low / 2!r}D) / {half_width!r}D" if half_width > 0 else "0D"
    # Rows that arrived after the bounds were queried may lie beyond them.
    inside = f"CAST(CAST(floor(least({BINS - 1}D, greatest(0D, {place}))) AS INT) AS STRING)"
    return f"CASE WHEN abs({number}) < double('Infinity') THEN {inside} END"


def by_column(rows: Sequence[Sequence[str | None]]) -> Mapping[int, list[tuple[str, int]]]:
    """The rows of `counts_statement`, by column number."""
    found: dict[int, list[tuple[str, int]]] = {}
    for at, value, count in rows:
        found.setdefault(int(at or 0), []).append((value or "", int(count or 0)))
    return found
