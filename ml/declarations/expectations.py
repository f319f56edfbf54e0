"""Expectations about a delivery of a feed, in addition to the checks of each record.

A record that cannot be right goes to quarantine (`Column`); what is declared here is about the records that silver
took: whether they came in time, are as many and look as usual, and fit each other and other tables. A delivery is
judged once, when it arrives.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.table import Column, Table

_NUMBERS = ("int", "bigint", "double")


class Severity(StrEnum):
    """The consequence of an unmet expectation: `warn` is recorded and monitored; `fail` fails the ingest too, once
    all is written, so that features are not built on it.
    """

    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One expectation. Its name in the records is its kind and its columns."""

    severity: Severity = Severity.WARN

    @property
    def columns(self) -> tuple[str, ...]:
        """The silver columns that it concerns; empty for the whole delivery."""
        return ()

    @property
    def kind(self) -> str:
        """The kind of expectation, in one word."""
        return type(self).__name__.lower()

    @property
    def name(self) -> str:
        """`<kind>` or `<kind>:<columns>`."""
        return ":".join(filter(None, (self.kind, "+".join(self.columns))))

    def problems(self, silver: Table) -> Iterator[str]:
        """Why it cannot be expected of records of `silver`."""
        known = [column.name for column in silver.columns]
        missing = [name for name in self.columns if name not in known]
        if missing:
            yield f"{self.name} names {missing}, which {silver.name!r} has not: it has {known}"


@dataclass(frozen=True, kw_only=True)
class Fresh(Expectation):
    """It arrives at most `within_days` days after the end of its newest period."""

    within_days: int

    def __post_init__(self) -> None:
        require("fresh", [None if self.within_days >= 0 else f"within_days is {self.within_days}: give 0 or more"])


@dataclass(frozen=True, kw_only=True)
class Volume(Expectation):
    """It brings `least` to `most` records, and between `min_ratio` and `max_ratio` times the median of the `last`
    deliveries before it, once there are three of them; None: not checked.
    """

    least: int = 1
    most: int | None = None
    min_ratio: float | None = 0.5
    max_ratio: float | None = 2.0
    last: int = 12

    def __post_init__(self) -> None:
        low, high, most = self.min_ratio, self.max_ratio, self.most
        require(
            "volume",
            [
                None if self.least >= 0 else f"least is {self.least}: give 0 or more",
                None if most is None or most >= self.least else f"most is {most}: give {self.least} or more",
                None if low is None or 0 <= low < 1 else f"min_ratio is {low}: give 0 to 1 (exclusive)",
                None if high is None or high > 1 else f"max_ratio is {high}: give more than 1",
                None if self.last >= 3 else f"last is {self.last}: give 3 or more",
            ],
        )


@dataclass(frozen=True, kw_only=True)
class OfRows(Expectation):
    """At most the share `max_share` of the records breaks it; each that does is written with the reason."""

    max_share: float = 0.0

    def _share_problem(self) -> str | None:
        fits = 0 <= self.max_share < 1
        return None if fits else f"max_share of {self.kind} is {self.max_share}: give 0 to 1 (exclusive)"

    def __post_init__(self) -> None:
        require(self.kind, [self._share_problem()])


@dataclass(frozen=True, kw_only=True)
class Complete(OfRows):
    """The column is not null."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Its one."""
        return (self.column,)


@dataclass(frozen=True, kw_only=True)
class Range(OfRows):
    """The column lies between `minimum` and `maximum`, which may be left out; nulls are ignored."""

    column: str
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self) -> None:
        low, high = self.minimum, self.maximum
        nothing = low is None and high is None
        require(
            f"range of {self.column!r}",
            [
                self._share_problem(),
                "it has no minimum and no maximum: give one" if nothing else None,
                f"minimum {low} exceeds maximum {high}: swap them"
                if low is not None and high is not None and low > high
                else None,
            ],
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Its one."""
        return (self.column,)

    def problems(self, silver: Table) -> Iterator[str]:
        """Text has no range."""
        yield from super().problems(silver)
        yield from _no_number(self.name, self.column, silver)


@dataclass(frozen=True, kw_only=True)
class Unique(OfRows):
    """No two records of the delivery have the same non-null values in these columns."""

    of: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that are compared."""
        return self.of


@dataclass(frozen=True, kw_only=True)
class Refers(OfRows):
    """The columns' values exist as keys of `to`, a silver table of the same use case; nulls are ignored.

    What arrives in the same run counts.
    """

    of: tuple[str, ...]
    to: Table

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that refer."""
        return self.of

    def problems(self, silver: Table) -> Iterator[str]:
        """As many columns, of the same types, as the other table has keys."""
        yield from super().problems(silver)
        here = [column.type for name in self.of for column in silver.columns if column.name == name]
        there = [self.to.column(key).type for key in self.to.keys]
        if here != there:
            yield f"{self.name} has the types {here}, and the keys of {self.to.name!r} {there}: name as many, alike"


@dataclass(frozen=True, kw_only=True)
class Steady(Expectation):
    """The column is distributed as in the `last` deliveries: PSI of at most `max_psi`, or within chance.

    0.25 is a significant change: Siddiqi 2006, "Credit Risk Scorecards", chapter 8. Judged after three deliveries.
    """

    column: str
    max_psi: float = 0.25
    last: int = 12

    def __post_init__(self) -> None:
        require(
            f"steady {self.column!r}",
            [
                None if self.max_psi > 0 else f"max_psi is {self.max_psi}: give more than 0",
                None if self.last >= 3 else f"last is {self.last}: give 3 or more",
            ],
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Its one."""
        return (self.column,)

    def problems(self, silver: Table) -> Iterator[str]:
        """Only numbers have the bins that are compared."""
        yield from super().problems(silver)
        yield from _no_number(self.name, self.column, silver)


def wrong(expects: Sequence[Expectation], silver: Table) -> Iterator[str]:
    """Expectations that cannot be met or have the same name."""
    for each in expects:
        yield from each.problems(silver)
    names = [each.name for each in expects]
    for name in dict.fromkeys(each for each in names if names.count(each) > 1):
        yield f"expects has {name!r} more than once: keep one"


def _no_number(name: str, column: str, silver: Table) -> Iterator[str]:
    found: list[Column] = [each for each in silver.columns if each.name == column]
    if found and found[0].type not in _NUMBERS:
        yield f"{name} is of type {found[0].type}: it needs one of {', '.join(_NUMBERS)}"
