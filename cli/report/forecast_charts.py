"""Charts of forecasts: pure functions from values to SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from cli.report.charts import WIDTH, Series, periods_chart
from cli.report.svg import Scale, circle, drawing, element, legend, line, rect, text, ticks


@dataclass(frozen=True, kw_only=True)
class Point:
    """One step of one series: its forecast with an interval, and the actual value (None: not known yet)."""

    when: str
    forecast: float
    low: float
    high: float
    truth: float | None


@dataclass(frozen=True, kw_only=True)
class ForecastChart:
    """One series: its actual values and the forecasts for them."""

    title: str
    note: str
    points: tuple[Point, ...]
    level: int

    def svg(self) -> Markup:
        """The drawing. Its texts are escaped when drawn."""
        return Markup(forecast_chart(self.points, level=self.level, label=self.title))  # noqa: S704


@dataclass(frozen=True, kw_only=True)
class StepsChart:
    """Errors by step ahead, one line each; `errors` maps a name to a value for each of `steps`."""

    title: str
    note: str
    steps: tuple[int, ...]
    errors: Mapping[str, tuple[float | None, ...]]

    def svg(self) -> Markup:
        """The drawing."""
        lines = [Series(name=name, values=values) for name, values in self.errors.items()]
        steps = [str(step) for step in self.steps]
        drawn = periods_chart(steps, lines, limit=None, limit_name="", label=self.title)
        return Markup(drawn)  # noqa: S704


@dataclass(frozen=True, kw_only=True)
class SharesChart:
    """Shares of one whole, the largest first."""

    title: str
    note: str
    shares: Mapping[str, float]

    def svg(self) -> Markup:
        """The drawing."""
        return Markup(shares_chart(self.shares, label=self.title))  # noqa: S704


def forecast_chart(points: Sequence[Point], *, level: int, label: str) -> str:
    """The interval as an area, the forecast as a line, actual values as dots; a dot outside its interval stands out."""
    left, right, top, bottom, height = 62, 34, 14, 34, 240
    known = [value for each in points for value in (each.low, each.high, each.truth) if value is not None]
    x = Scale(low=0, high=max(len(points) - 1, 1), start=left, end=WIDTH - right)
    y = Scale(low=min(known, default=0.0), high=max(known, default=1.0), start=height - bottom, end=top)
    parts = [line(left, y(tick), WIDTH - right, y(tick)) for tick in ticks(y.low, y.high)]
    parts += [text(left - 6, y(tick) + 4, f"{tick:,.4g}", anchor="end") for tick in ticks(y.low, y.high)]
    step = max(1, -(-len(points) // 6))
    parts += [text(x(at), height - 12, each.when, anchor="middle") for at, each in enumerate(points) if at % step == 0]
    parts.append(element("polygon", points=_outline(points, x, y), class_="band"))
    parts += [
        line(x(at), y(one.forecast), x(at + 1), y(next_.forecast), "line series-0")
        for at, (one, next_) in enumerate(pairwise(points))
    ]
    for at, each in enumerate(points):
        if each.truth is not None:
            outside = not each.low <= each.truth <= each.high
            title = (
                f"{each.when}: {each.truth:,.4g}, forecast {each.forecast:,.4g} ({each.low:,.4g} to {each.high:,.4g})"
            )
            kind, radius = ("dot bad", 3.5) if outside else ("dot series-1", 2.5)
            parts.append(circle(x(at), y(each.truth), radius, kind=kind, title=title))
    named = [(kind, name.format(level=level)) for kind, name in _LEGEND]
    return legend(named) + drawing(WIDTH, height, parts, label=label)


_LEGEND = (("series-0", "forecast"), ("series-1", "came true"), ("bad", "came true outside the {level} % interval"))


def _outline(points: Sequence[Point], x: Scale, y: Scale) -> str:
    """The upper ends from left to right, then the lower ones from right to left."""
    upper = [f"{x(at):.1f},{y(each.high):.1f}" for at, each in enumerate(points)]
    lower = [f"{x(at):.1f},{y(each.low):.1f}" for at, each in enumerate(points)]
    return " ".join([*upper, *reversed(lower)])


def shares_chart(shares: Mapping[str, float], *, label: str) -> str:
    """A bar per name."""
    left, row_px = 170, 22
    ranked = sorted(shares.items(), key=lambda each: -each[1])
    scale = Scale(low=0, high=max(shares.values(), default=1.0), start=left, end=WIDTH - 80)
    parts: list[str] = []
    for index, (name, share) in enumerate(ranked):
        top = 6 + index * row_px
        parts += [
            text(left - 8, top + 12, name, anchor="end"),
            rect(left, top, scale(share) - left, row_px - 7, kind="series-0", title=f"{name}: {share:.1%}"),
            text(scale(share) + 6, top + 12, f"{share:.0%}", kind="value"),
        ]
    return drawing(WIDTH, 12 + row_px * len(ranked), parts, label=label)
