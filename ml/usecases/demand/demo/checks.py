"""Expected results, with their times, of a jump of demand in one known week. Pure, from records."""

from collections.abc import Sequence
from functools import partial

from ml.usecases.story import RETRAIN, Check, Finding, Records, led_to_nothing

_ALERT, _BREACH, _NEWEST = "alert", "breach", "units_0"


def checks(*, quiet: Sequence[str], shift: str, retrained: str) -> tuple[Check, ...]:
    """The checks if nothing happens in `quiet`, and every series jumps permanently in week `shift`.

    Errors also appear in the weeks before the jump, with forecasts for weeks after it. The first useful training is due
    in week `retrained`, when eight weeks of errors are known.
    """
    return (
        Check(name="a quiet week leads to nothing", judge=partial(led_to_nothing, quiet)),
        Check(name="the jump is seen in its own week, and not before", judge=partial(_seen, shift)),
        Check(name="a training is asked for once, when there is something to learn", judge=partial(_asked, retrained)),
        Check(name="the version that has seen the jump goes live", judge=_replaced),
    )


def _seen(shift: str, records: Records) -> Finding:
    """Drift of sales in the newest week: a breach from `shift` on, and an alert in that week."""
    moved = sorted(
        row["period"]
        for row in records.metrics
        if (row["metric"], row["column"], row["verdict"]) == ("psi", _NEWEST, _BREACH)
    )
    action = records.action(shift)
    return Finding(
        holds=moved[:1] == [shift] and action == _ALERT,
        detail=f"{_NEWEST} has moved since {moved[0] if moved else 'never'}; decided in {shift}: {action}",
    )


def _asked(retrained: str, records: Records) -> Finding:
    asked = [row["period"] for row in records.decisions if row["action"] == RETRAIN]
    return Finding(holds=asked == [retrained], detail=f"asked for in {', '.join(asked) or 'no week'}")


def _replaced(records: Records) -> Finding:
    """The version was replaced; roll-backs, done and undone, may follow."""
    live = records.champions
    return Finding(
        holds=live[:2] == [1, 2] and records.trained(records.champion) == 2,
        detail=f"versions that were ever live: {live}; live is {records.champion}",
    )
