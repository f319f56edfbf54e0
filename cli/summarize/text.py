"""A summary on the terminal and as JSON. Pure."""

import math
from collections.abc import Iterator, Sequence

from cli.output import Row
from cli.summarize.columns import Kind, Summary
from cli.summarize.statements import MOST_RANKED

_LEVELS = "▁▂▃▄▅▆▇█"
_SHOWN = 3
_LONGEST = 24


def rows_of(summaries: Sequence[Summary]) -> list[Row]:
    """One row per column for programs: every fact by name, counts of bins and frequent values too."""
    return [
        {
            "column": each.column.name,
            "type": each.column.type.lower(),
            "rows": each.facts.rows,
            "nulls": each.facts.nulls,
            "distinct_approximate": each.facts.distinct,
            "nan": each.facts.nan,
            "infinite": each.facts.infinite,
            "mean": each.facts.mean,
            "standard_deviation": each.facts.deviation,
            "min": each.facts.minimum,
            "quartiles_approximate": list(each.facts.quartiles),
            "max": each.facts.maximum,
            "bins": list(each.bins),
            "frequent": [{"value": value, "rows": count} for value, count in each.frequent],
        }
        for each in summaries
    ]


def lines_of(summaries: Sequence[Summary]) -> list[Row]:
    """One row per column for people."""
    return [
        {
            "column": each.column.name,
            "type": each.column.type.lower(),
            "nulls": share(each.facts.nulls, each.facts.rows),
            "distinct ≈": each.facts.distinct,
            "picture": picture(each),
            "mean ± deviation": mean(each),
            "min · quartiles ≈ · max, or most frequent": "; ".join(values(each)),
        }
        for each in summaries
    ]


def picture(summary: Summary) -> str:
    """Bars of the bins, or of the most frequent values, relative to the highest one."""
    counts = summary.bins or tuple(count for _, count in summary.frequent)
    highest = max(counts, default=0)
    return "".join(" " if count == 0 else _LEVELS[(count * 8 - 1) // highest] for count in counts)


def mean(summary: Summary) -> str:
    """The mean and the standard deviation; a single value has no deviation."""
    facts = summary.facts
    if facts.mean is None:
        return ""
    return number(facts.mean) + ("" if facts.deviation is None else f" ± {number(facts.deviation)}")


def values(summary: Summary) -> Iterator[str]:
    """Describes its values, and what the description leaves out."""
    facts = summary.facts
    if facts.minimum is not None:
        yield " · ".join(shortened(each) for each in (facts.minimum, *facts.quartiles, facts.maximum or ""))
    for value, count in summary.frequent[:_SHOWN]:
        yield f"{cut(value)} {share(count, facts.rows)}"
    yield from notes(summary)


def notes(summary: Summary) -> Iterator[str]:
    """Why a value is missing, or what it leaves out."""
    facts = summary.facts
    if facts.rows == 0:
        yield "no rows"
    elif facts.nulls == facts.rows:
        yield "all null"
    elif facts.minimum is not None and facts.minimum == facts.maximum:
        yield "constant"
    if facts.nan or facts.infinite:
        yield f"{facts.nan:,} NaN and {facts.infinite:,} infinite left out"
    if summary.column.kind is Kind.OTHER:
        yield "nested or binary: only nulls are counted"
    if facts.distinct is not None and facts.distinct > MOST_RANKED and summary.column.kind is Kind.TEXT:
        yield f"more than {MOST_RANKED:,} distinct values: not ranked"


def share(count: int, rows: int) -> str:
    """A count, and its share of the rows."""
    return f"{count:,}" + (f" ({count / rows:.1%})" if count else "")


def cut(value: str, longest: int = _LONGEST) -> str:
    """The value, truncated."""
    return value if len(value) <= longest else f"{value[: longest - 1]}…"


def shortened(value: str) -> str:
    """A number with six digits, or another value truncated."""
    try:
        return number(float(value), 6)
    except ValueError:
        return cut(value)


def number(value: float, digits: int = 4) -> str:
    """The number with so many digits, with an exponent only if it is very large or very small."""
    if not 1e-4 <= abs(value) < 1e15:
        return f"{value:.{digits}g}"
    rounded = round(value, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{rounded:,.10f}".rstrip("0").rstrip(".")
