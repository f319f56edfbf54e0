"""The story in chronological order, from the records. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from cli.output import Row
from cli.report.page import Event, Tone
from ml.usecases.story import ROLLBACK, SIGN_OFF, Records, Version
from ml.versions.aliases import CHAMPION

_ACTIONS: dict[str, Tone] = {"nothing": "good", "alert": "warn", "retrain": "bad"}
_QUIET = "nothing"
_Timed = tuple[str, Event]


def events(records: Records) -> list[Event]:
    """Versions trained and judged, decisions per period, and every change of the live version.

    Periods in a row that led to nothing are one event.
    """
    timed = [
        *(each for version in records.versions for each in _version(version, records)),
        *_decisions(records),
        *_moves(records.moves),
    ]
    told = [event for _, event in sorted(timed, key=lambda each: each[0])]
    runs = [(quiet, list(run)) for quiet, run in groupby(told, key=lambda event: event.what.endswith(f": {_QUIET}"))]
    return [event for quiet, run in runs for event in ([_together(run)] if quiet and len(run) > 1 else run)]


def _together(quiet: Sequence[Event]) -> Event:
    """One event for periods in a row that led to nothing. What was unknown in each is in the table of decisions."""
    first, last = (event.what.removesuffix(f": {_QUIET}") for event in (quiet[0], quiet[-1]))
    kind, _, newest = last.partition(" ")
    detail = f"{len(quiet)} {kind.lower()}s. The table of decisions says what was still unknown in each."
    return replace(quiet[0], what=f"{first} to {newest}: {_QUIET}", detail=detail)


def _clock(when: str) -> str:
    """The time of day of an ISO timestamp, which separates it with a space or a `T`."""
    return when[11:19]


def _version(version: Version, records: Records) -> Iterator[_Timed]:
    held_out = " to ".join(records.holdout(version))
    told = f"Reason: {version.tags.get('reason') or 'not given'}. Held out: {held_out}"
    when = version.created.replace("T", " ")
    yield when, Event(when=_clock(when), what=f"Version {version.number} is trained", detail=told)
    signed = records.verdicts(version.number).get(SIGN_OFF)
    if signed:
        passed = signed["verdict"] == "pass"
        what = f"The gates {'release' if passed else 'refuse'} version {version.number}"
        when = signed["decided_at"].replace("T", " ")
        yield when, Event(when=_clock(when), what=what, detail=signed["reason"], tone="good" if passed else "bad")


def _decisions(records: Records) -> Iterator[_Timed]:
    for row in records.decisions:
        when = row["decided_at"].replace("T", " ")
        what = f"{records.calendar.period.capitalize()} {row['period']}: {row['action']}"
        yield when, Event(when=_clock(when), what=what, detail=row["reason"], tone=_ACTIONS.get(row["action"], "plain"))


def _moves(moves: Sequence[Row]) -> Iterator[_Timed]:
    for row in moves:
        if row["alias"] != CHAMPION:
            continue
        when = row["promoted_at"].replace("T", " ")
        back = row["cause"] == ROLLBACK
        what = f"{'Rolled back: v' if back else 'V'}ersion {row['to_version']} is live"
        detail = f"{row['promoted_by']}: {row['reason']}"
        yield when, Event(when=_clock(when), what=what, detail=detail, tone="warn" if back else "good")
