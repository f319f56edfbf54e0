"""How long old versions of tables can be read, in periods of the use case's calendar."""

import math
from dataclasses import dataclass
from datetime import datetime

from ml.declarations.errors import require
from ml.declarations.periods import Calendar, Period

# Delta keeps what a reader or a writer under way may still need for this long, and refuses less.
_LEAST_DAYS = 7
_SHORTEST_DAYS = {Period.HOUR: 1 / 24, Period.DAY: 1.0, Period.WEEK: 7.0, Period.MONTH: 28.0}
# About a month, whatever the period.
_USUAL = {Period.HOUR: 720, Period.DAY: 30, Period.WEEK: 5, Period.MONTH: 1}


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Versions of the last `history_periods` can be read, and every version that a live or previous model was trained
    on. What is older goes for good when the maintenance job runs. Left out, it is about a month.
    """

    history_periods: int | None = None

    def periods(self, calendar: Calendar) -> int:
        """How many periods of `calendar`."""
        return _USUAL[calendar.period] if self.history_periods is None else self.history_periods

    def days(self, calendar: Calendar, now: datetime) -> int:
        """How many days back the first of the kept periods begins, at `now`; the period under way does not count."""
        first = calendar.first_day(calendar.number(now) - self.periods(calendar))
        return max(_LEAST_DAYS, (now.date() - first).days + 1)

    def check(self, calendar: Calendar) -> None:
        """Raise DeclarationError for a history that is shorter than Delta allows."""
        given, least = self.periods(calendar), math.ceil(_LEAST_DAYS / _SHORTEST_DAYS[calendar.period])
        require(
            "retention",
            [
                None
                if given >= least
                else f"history_periods is {given} {calendar.period}s, under {_LEAST_DAYS} days: give {least} or more"
            ],
        )
