"""Expected results, with their times, of a jump of all loads on one known day. Pure, from records."""

from collections.abc import Sequence
from functools import partial

from ml.usecases.story import RETRAIN, Check, Finding, Records, led_to_nothing

_ALERT, _BREACH, _OK, _NEWEST, _ERROR = "alert", "breach", "ok", "load_0", "scaled_error"
# The drift measures that are judged.
_DRIFT = ("psi", "ks")


def checks(*, quiet: Sequence[str], shift: str, settled: Sequence[str]) -> tuple[Check, ...]:
    """The checks if nothing happens on the days `quiet`, and every site jumps permanently on day `shift`.

    A forecast uses the site's own past, so a week after the jump, on the days `settled`, a version that was trained
    before it forecasts as well as it promised.
    """
    return (
        Check(name="a quiet day leads to nothing", judge=partial(led_to_nothing, quiet)),
        Check(name="the jump is seen on its own day, and not before", judge=partial(_seen, shift)),
        Check(name="a week later the same version forecasts as it promised", judge=partial(_settled, tuple(settled))),
    )


def _seen(shift: str, records: Records) -> Finding:
    """Drift of the load in the newest hour: a breach from `shift` on, and an alert on that day."""
    moved = sorted(
        row["period"]
        for row in records.metrics
        if row["metric"] in _DRIFT and (row["column"], row["verdict"]) == (_NEWEST, _BREACH)
    )
    action = records.action(shift)
    return Finding(
        holds=moved[:1] == [shift] and action == _ALERT,
        detail=f"{_NEWEST} has moved since {moved[0] if moved else 'never'}; decided on {shift}: {action}",
    )


def _settled(days: Sequence[str], records: Records) -> Finding:
    found = {
        row["period"]: row
        for row in records.metrics
        if row["metric"] == _ERROR and not row["column"] and row["period"] in days
    }
    asked = [row["period"] for row in records.decisions if row["action"] == RETRAIN]
    said = [f"{day}: {_ERROR} {row['value']!s:.5}, {row['verdict']}" for day, row in sorted(found.items())]
    return Finding(
        holds=set(found) == set(days)
        and {row["verdict"] for row in found.values()} == {_OK}
        and not asked
        and records.champions[:1] == [1]
        and records.trained(records.champion) == 1,
        detail=f"{'; '.join(said) or 'not measured'}; trained again: {', '.join(asked) or 'never'}",
    )
