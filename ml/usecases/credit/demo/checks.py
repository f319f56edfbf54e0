"""Expected results on generated credit data: the shift is detected, alerted on and learned. Pure, from records."""

import json
from functools import partial

from ml.usecases.story import RETRAIN, Check, Finding, Records


def checks(*, shift: str, newest: str) -> tuple[Check, ...]:
    """The checks if the data changed permanently in the month `shift`, and `newest` is the last month that arrives."""
    return (
        Check(name="no alarm before the shift", judge=partial(_quiet_before, shift)),
        Check(name=f"monitoring detects the shift in its month, {shift}", judge=partial(_drift_seen, shift)),
        Check(name="an alert is raised and delivered", judge=partial(_alerted, shift)),
        Check(
            name="the model is retrained once, and the cause is recorded with the version",
            judge=partial(_retrained, shift),
        ),
        Check(name="the challenger beats the champion at the gates and is live", judge=_better),
        Check(name="the new version ranks as well as it promised", judge=partial(_holds_its_promise, newest)),
    )


def _quiet_before(shift: str, records: Records) -> Finding:
    before = {row["period"]: row["action"] for row in records.decisions if row["period"] < shift}
    return Finding(
        holds=bool(before) and set(before.values()) == {"nothing"},
        detail=", ".join(f"{month} {action}" for month, action in before.items()) or "no month was decided on",
    )


def _drift_seen(shift: str, records: Records) -> Finding:
    """A column drifts in the month of the shift, and none in the earlier months that training did not see."""
    breaches = [
        (row["period"], row["column"])
        for row in records.metrics
        if row["metric"] == "psi" and row["verdict"] == "breach" and not _true(row["in_training"])
    ]
    then = sorted(column for month, column in breaches if month == shift)
    early = sorted({month for month, _ in breaches if month < shift})
    return Finding(
        holds=bool(then) and not early,
        detail=f"drifting then: {', '.join(then) or 'nothing'}; earlier: {', '.join(early) or 'nothing'}",
    )


def _alerted(shift: str, records: Records) -> Finding:
    mine = [row for row in records.alerts if row["since_period"] == shift]
    decided = records.decision(shift)
    return Finding(
        holds=bool(decided and decided["action"] == "alert" and mine and all(row["delivered_at"] for row in mine)),
        detail="; ".join(f"{row['key']} to {row['delivered_to'] or 'nobody'}" for row in mine) or "no alert",
    )


def _retrained(shift: str, records: Records) -> Finding:
    """The newest version was trained because a decision asked for it, and its tags say so."""
    asked = [row for row in records.decisions if row["action"] == RETRAIN]
    newest = next((each for each in records.versions if each.number == records.newest), None)
    # A long reason is truncated to fit a tag.
    reason = newest.tags.get("reason", "").rstrip("…") if newest else ""
    when = ", ".join(row["period"] for row in asked) or "no month"
    return Finding(
        holds=len(asked) == 1 and asked[0]["period"] > shift and bool(reason) and reason in asked[0]["reason"],
        detail=f"asked for in {when}; version {records.newest}: {reason}",
    )


def _better(records: Records) -> Finding:
    """The newest version beat its predecessor on the same hold-out, beyond chance, and is live."""
    newest = records.newest or 0
    judged = records.verdicts(newest).get("comparison")
    interval = json.loads(judged["inputs"]).get("interval") if judged else None
    told = (
        f"{interval['difference']:+.4f} ({interval['lower']:+.4f} to {interval['upper']:+.4f})" if interval else "none"
    )
    return Finding(
        holds=bool(interval and interval["lower"] > 0 and newest == records.champion and newest > 1),
        detail=f"version {newest}, difference of ROC AUC {told}; live is {records.champion}",
    )


def _holds_its_promise(month: str, records: Records) -> Finding:
    """In the first month that the new version scored, once its outcomes are known."""
    found = next(
        (row for row in records.metrics if row["metric"] == "roc_auc" and not row["column"] and row["period"] == month),
        None,
    )
    if found is None:
        return Finding(holds=False, detail=f"{month} was not measured")
    return Finding(
        holds=int(found["model_version"]) == records.champion and found["verdict"] == "ok",
        detail=f"{month}: version {found['model_version']}, ROC AUC {found['value']!s:.5}, {found['verdict']}",
    )


def _true(text: object) -> bool:
    return str(text).lower() == "true"
