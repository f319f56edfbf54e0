"""A story as it should come out, in rows as SQL answers them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli.demo.answers import Answer
from cli.demo.landing import Arrival, Landing
from cli.history import Version
from ml.declarations import BinaryClassification, Calendar
from ml.usecases.story import Records

Break = Callable[[Records], Records]

SHIFT = "2025-02"
LATER = ("2025-03", "2025-04", "2025-05", "2025-06")
_SAID = {"probability": 0.25}
REASON = "Version 1 exceeded its limits in 3 consecutive labelled month(s)"


def landing(*, shift: bool = True) -> Landing:
    """Five periods arrive."""
    return Landing(
        name="made",
        history={"applications": (Path("2025-01.csv"),)},
        arrivals=tuple(Arrival(periods=(period,), files={}) for period in (SHIFT, *LATER)),
        sample={},
        rows={"applications": 10},
        holdout_start="" if shift else "2025-01",
    )


def version(number: int, *aliases: str, **tags: str) -> Version:
    """A registered version, judged on 2025-01 to 2025-06 unless said otherwise."""
    lineage = {"holdout_first_period": "2025-01-01", "holdout_last_period": "2025-06-01", "reason": "manual"}
    return Version(number=number, created=f"2026-01-01T00:0{number}:00+00:00", tags=lineage | tags, aliases=aliases)


def gates(
    number: int, verdict: str = "pass", interval: tuple[float, float, float] | None = None
) -> list[dict[str, Any]]:
    """The four verdicts of one run; the comparison holds the interval (lower, difference, upper)."""
    shown = dict(zip(("lower", "difference", "upper"), interval, strict=True)) if interval else None
    return [
        {
            "run_id": f"{number}",
            "version": f"{number}",
            "gate": gate,
            "verdict": verdict,
            "reason": f"{gate} says {verdict}",
            "inputs": json.dumps({"interval": shown, "champion_version": number - 1}),
            "thresholds": "{}",
            "decided_at": f"2026-01-01 00:0{number}:30",
        }
        for gate in ("comparison", "compliance", "infrastructure", "sign_off")
    ]


def move(before: int | None, after: int, cause: str, minute: int, alias: str = "champion") -> dict[str, Any]:
    """One recorded move of an alias."""
    return {
        "alias": alias,
        "from_version": None if before is None else f"{before}",
        "to_version": f"{after}",
        "cause": cause,
        "reason": f"because of {cause}",
        "promoted_by": "prod-credit-promotion",
        "promoted_at": f"2026-01-01T00:{minute:02d}:00.000Z",
    }


def decision(period: str, action: str, reason: str = "as it should be") -> dict[str, Any]:
    """One recorded decision."""
    return {
        "period": period,
        "action": action,
        "reason": reason,
        "evidence": json.dumps({"newest_version": 1}),
        "decided_at": f"2026-01-01 00:1{period[-1]}:00",
    }


def metric(
    period: str, name: str, verdict: str, *, column: str = "", number: int = 1, value: str = "0.3"
) -> dict[str, Any]:
    """One metric of a period that training did not see."""
    return {
        "period": period,
        "model_version": f"{number}",
        "metric": name,
        "column": column,
        "value": value,
        "threshold_low": None,
        "threshold_high": None,
        "verdict": verdict,
        "in_training": "false",
    }


def records() -> Records:
    """Version 2 replaced version 1 after the shift, and one roll-back was done and undone."""
    return Records(
        calendar=Calendar(),
        versions=[version(2, "champion", reason=REASON), version(1, "previous")],
        gates=[*gates(1), *gates(2, interval=(0.1, 0.2, 0.3))],
        moves=[
            move(None, 1, "gates", 1),
            move(1, 2, "gates", 2),
            move(None, 1, "gates", 2, alias="previous"),
            move(2, 1, "rollback", 3),
            move(1, 2, "rollback", 4),
        ],
        decisions=[
            decision("2025-01", "nothing"),
            decision(SHIFT, "alert"),
            decision("2025-03", "alert"),
            decision("2025-05", "retrain", f"{REASON}, since {SHIFT}."),
        ],
        alerts=[
            {
                "key": f"drift:{SHIFT}",
                "since_period": SHIFT,
                "last_period": "2025-05",
                "what": "limit_bal drifts",
                "how_much": "PSI 0.9",
                "what_to_do": "look",
                "status": "open",
                "delivered_to": "a file",
                "delivered_at": "2026-01-01 00:12:00",
            }
        ],
        metrics=[
            metric("2025-01", "psi", "ok", column="limit_bal", value="0.01"),
            metric(SHIFT, "psi", "breach", column="limit_bal", value="0.9"),
            metric("2025-03", "psi", "unknown", column="limit_bal") | {"value": None},
            metric("2025-06", "roc_auc", "ok", number=2, value="0.8"),
        ],
    )


def with_part(records: Records) -> Records:
    """Then version 3 is live: the second with one part of the first."""
    versions = [replace(each, aliases=()) for each in records.versions]
    made = version(3, "champion", part="a", part_of="2", part_from="1")
    return replace(records, versions=[*versions, made], moves=[*records.moves, move(2, 3, "rollback", 5)])


def answers() -> list[Answer]:
    """The endpoint follows the live version."""
    return [
        Answer(
            when=when,
            version=number,
            served_version=number,
            key="client_id 7",
            output=BinaryClassification().output,
            online=_SAID,
            batch=_SAID,
        )
        for when, number in (("after the retraining", 2), ("after the roll-back", 1), ("at the end", 2))
    ]


def without(name: str, keep: Callable[[Any], bool]) -> Break:
    """Records that lack those rows of `name` that are not to be kept."""
    return lambda records: replace(records, **{name: [row for row in getattr(records, name) if keep(row)]})


def with_more(name: str, *rows: Any) -> Break:
    """Records with more rows of `name`."""
    return lambda records: replace(records, **{name: [*getattr(records, name), *rows]})
