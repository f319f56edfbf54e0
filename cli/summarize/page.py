"""A summary as one HTML file without external resources: charts first."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from cli.report.svg import Scale, drawing, line, rect, text
from cli.report.templates import templates
from cli.summarize.columns import Summary
from cli.summarize.text import cut, mean, notes, share, shortened

_WIDTH, _HEIGHT = 320, 110
_ROW_PX = 17
_VALUE_PX = 130
_TEMPLATES = Path(__file__).parent


def render(table: str, summaries: Sequence[Summary], made: str) -> str:
    """The page. `made` says when, by whom and where the queries ran."""
    cards = [
        {
            "name": each.column.name,
            "type": each.column.type.lower(),
            "picture": Markup(picture(each)),  # noqa: S704 - the parts escape every text that they draw
            "facts": dict(facts(each)),
            "notes": list(notes(each)),
        }
        for each in summaries
    ]
    rows = summaries[0].facts.rows if summaries else 0
    return templates(_TEMPLATES).get_template("summary.html.j2").render(table=table, rows=rows, cards=cards, made=made)


def picture(summary: Summary) -> str:
    """Bins as columns, frequent values as lines; empty if there is nothing to show."""
    if summary.bins:
        return _histogram(summary)
    return _values(summary) if summary.frequent else ""


def facts(summary: Summary) -> Iterator[tuple[str, str]]:
    """The facts below the chart, by name."""
    known = summary.facts
    yield "nulls", share(known.nulls, known.rows)
    if known.distinct is not None:
        yield "distinct ≈", f"{known.distinct:,}"
    if known.mean is not None:
        yield "mean ± deviation", mean(summary)
    if known.quartiles:
        yield "quartiles ≈", " · ".join(shortened(each) for each in known.quartiles)


def _histogram(summary: Summary) -> str:
    floor = _HEIGHT - 18
    height = Scale(low=0, high=max(summary.bins), start=0, end=floor - 4)
    step = _WIDTH / len(summary.bins)
    bars = [
        rect(at * step, floor - height(count), step - 2, height(count), kind="bar", title=f"{count:,} rows")
        for at, count in enumerate(summary.bins)
        if count
    ]
    low, high = shortened(summary.facts.minimum or ""), shortened(summary.facts.maximum or "")
    ends = [text(0, _HEIGHT - 4, low), text(_WIDTH, _HEIGHT - 4, high, anchor="end")]
    label = f"{summary.column.name}: values from {low} to {high}"
    return drawing(_WIDTH, _HEIGHT, [line(0, floor, _WIDTH, floor), *bars, *ends], label=label)


def _values(summary: Summary) -> str:
    width = Scale(low=0, high=max(count for _, count in summary.frequent), start=0, end=_WIDTH - _VALUE_PX - 62)
    parts: list[str] = []
    for at, (value, count) in enumerate(summary.frequent):
        top = at * _ROW_PX
        parts += [
            text(_VALUE_PX - 6, top + 12, cut(value, 19), anchor="end"),
            rect(_VALUE_PX, top + 2, width(count), _ROW_PX - 5, kind="bar", title=f"{value}: {count:,} rows"),
            text(_VALUE_PX + width(count) + 5, top + 12, f"{count / summary.facts.rows:.1%}", kind="value"),
        ]
    label = f"{summary.column.name}: the most frequent values"
    return drawing(_WIDTH, _ROW_PX * len(summary.frequent) + 2, parts, label=label)
