"""The page: its content, and its rendering as one HTML file that makes no requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from markupsafe import Markup

from cli.report.charts import Bar, Interval, Series, intervals_chart, periods_chart, timeline
from cli.report.templates import templates

Rows = Sequence[Mapping[str, Any]]
Tone = Literal["good", "warn", "bad", "plain"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step of the story."""

    when: str
    what: str
    detail: str = ""
    tone: Tone = "plain"


class Chart(Protocol):
    """A drawing with its heading and one sentence on how to read it."""

    @property
    def title(self) -> str:
        """The heading."""

    @property
    def note(self) -> str:
        """The sentence."""

    def svg(self) -> Markup:
        """The drawing."""


@dataclass(frozen=True, kw_only=True)
class PeriodsChart:
    """A chart over periods with its heading and one sentence on how to read it."""

    title: str
    note: str
    periods: tuple[str, ...]
    series: tuple[Series, ...]
    limit: float | None
    limit_name: str

    def svg(self) -> Markup:
        """The drawing. Its texts are escaped when drawn."""
        drawn = periods_chart(self.periods, self.series, limit=self.limit, limit_name=self.limit_name, label=self.title)
        return Markup(drawn)  # noqa: S704


@dataclass(frozen=True, kw_only=True)
class Report:
    """The content of the page. Rows are mappings from column heading to value."""

    title: str
    # The result in a sentence or two, and its tone.
    verdict: str
    tone: Tone
    lead: str
    made_at: str
    facts: Mapping[str, str]
    events: Sequence[Event]
    bars: Sequence[Bar]
    accounting: Rows
    gates: Rows
    intervals: Sequence[Interval]
    # The measure that the intervals are about: versions are compared by it.
    measure: str
    charts: Sequence[Chart] = field(default_factory=tuple)
    # None: not a model of many series.
    drifting: Rows | None = None
    checks: Rows = field(default_factory=tuple)
    decisions: Rows = field(default_factory=tuple)
    alerts: Rows = field(default_factory=tuple)
    # None: nothing measured whose slices could be searched.
    slices: Rows | None = None
    estimates: Rows = field(default_factory=tuple)
    versions: Rows = field(default_factory=tuple)


def link(text: str, href: str) -> Markup:
    """A cell that leads to `href`, a place relative to the page."""
    return Markup('<a href="{}">{}</a>').format(href, text)


def render(report: Report) -> str:
    """The page as HTML: styles, drawings and text in one file, light or dark by the reader's setting."""
    intervals = intervals_chart(report.intervals, limit=0.0, limit_name="right of this line: better beyond chance")
    page = templates().get_template("page.html.j2")
    return page.render(
        report=report,
        timeline=Markup(timeline(report.bars)),  # noqa: S704 - the charts escape every text they draw
        intervals=Markup(intervals) if report.intervals else "",  # noqa: S704
    )


def write(report: Report, path: Path) -> Path:
    """Write the page to `path` and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(report), encoding="utf-8")
    return path
