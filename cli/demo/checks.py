"""What the story must have come to, judged from the records alone. Pure, but for the error at the end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cli.demo.answers import Answer
from cli.demo.landing import Landing
from cli.demo.records import RETRAIN, SIGN_OFF, Records, holdout, named
from cli.errors import CommandError
from cli.output import Row
from ml.versions.aliases import CHAMPION

GATES = ("comparison", "compliance", "infrastructure", SIGN_OFF)
# JSON carries doubles exactly; another order of additions moves the last digits only.
_TOLERANCE = 1e-6
_PROMISE = "the new version ranks as well as it promised"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that the story must show. `detail` says what was found, whether it holds or not."""

    what: str
    holds: bool
    detail: str

    def as_row(self) -> Row:
        """This check as one row of the tables that commands print."""
        return {"what": self.what, "verdict": "pass" if self.holds else "fail", "found": self.detail}


def check(landing: Landing, records: Records, answers: Sequence[Answer]) -> list[Check]:
    """What holds for any data; then what the known shift must have caused, or what must hold without one."""
    found = [_one_champion(records), _gated(records), _served(answers, records.champions[:1]), _rolled_back(records)]
    return found + (_with_shift(landing, records) if landing.shift_month else _without_shift(landing, records))


def require(checks: Sequence[Check]) -> None:
    """Raises CommandError that names everything that does not hold."""
    failed = [f"{each.what}: {each.detail}" for each in checks if not each.holds]
    if failed:
        raise CommandError("the story did not come out: " + "; ".join(failed))


def _one_champion(records: Records) -> Check:
    live = [version.number for version in records.versions if CHAMPION in version.aliases]
    last = records.champions[-1] if records.champions else None
    return Check(
        what="exactly one version is live, the one last recorded",
        holds=len(live) == 1 and live[0] == last,
        detail=f"@champion points to {live}, last recorded is {last}",
    )


def _gated(records: Records) -> Check:
    """Every version has four recorded verdicts, and one that was ever live has passed them all."""
    verdicts = {version.number: records.verdicts(version.number) for version in records.versions}
    unjudged = [number for number, found in verdicts.items() if set(found) != set(GATES)]
    passed = {number for number, found in verdicts.items() if all(row["verdict"] == "pass" for row in found.values())}
    bypassed = sorted(set(records.champions) - passed)
    told = [f"{number} {'passed' if number in passed else 'refused'}" for number in sorted(verdicts)]
    return Check(
        what="no version went live but through all four gates",
        holds=bool(verdicts) and not unjudged and not bypassed,
        detail=f"versions {', '.join(told)}; not judged: {unjudged}; live without passing: {bypassed}",
    )


def _served(answers: Sequence[Answer], first: Sequence[int]) -> Check:
    """The first champion has scored in batch; a later one may have scored nothing yet, until rows arrive."""
    wrong = [each for each in answers if each.served_version != each.version or not _agrees(each)]
    uncompared = [each for each in answers if each.version in first and each.batch is None]
    told = [f"{each.when}: version {each.served_version} says {each.online:.4f} of {each.key}" for each in answers]
    return Check(
        what="the endpoint answers with the live version, as batch scoring does",
        holds=bool(answers) and not wrong and not uncompared,
        detail="; ".join(told),
    )


def _agrees(answer: Answer) -> bool:
    return 0 <= answer.online <= 1 and (answer.batch is None or abs(answer.online - answer.batch) <= _TOLERANCE)


def _rolled_back(records: Records) -> Check:
    """With two versions that were live, one roll-back there and one back; with one, none."""
    moves = [(int(row["from_version"]), int(row["to_version"])) for row in records.rollbacks]
    told = [f"{row['from_version']} to {row['to_version']} by {row['promoted_by']}" for row in records.rollbacks]
    returned = len(moves) == 2 and moves[0] == moves[1][::-1] and moves[1][1] == records.champion
    recorded = all(row["promoted_by"] and row["reason"] for row in records.rollbacks)
    only_one = len(set(records.champions)) < 2
    return Check(
        what="one roll-back was done and undone, and the record says by whom and why",
        holds=(not moves) if only_one else returned and recorded,
        detail="; ".join(told) or "only one version was ever live" * only_one or "there was none",
    )


def _with_shift(landing: Landing, records: Records) -> list[Check]:
    return [
        _quiet_before(landing.shift_month, records),
        _drift_seen(landing.shift_month, records),
        _alerted(landing.shift_month, records),
        _retrained(landing.shift_month, records),
        _better(records),
        _holds_its_promise(landing.arrivals[-1].month, records),
    ]


def _quiet_before(shift: str, records: Records) -> Check:
    before = {named(row["month"]): row["action"] for row in records.decisions if named(row["month"]) < shift}
    return Check(
        what="no alarm before the shift",
        holds=bool(before) and set(before.values()) == {"nothing"},
        detail=", ".join(f"{month} {action}" for month, action in before.items()) or "no month was decided on",
    )


def _drift_seen(shift: str, records: Records) -> Check:
    """Some column drifts in the month of the shift, and none in the months before that training did not see."""
    breaches = [
        (named(row["month"]), row["column"])
        for row in records.metrics
        if row["metric"] == "psi" and row["verdict"] == "breach" and not _true(row["in_training"])
    ]
    then = sorted(column for month, column in breaches if month == shift)
    early = sorted({month for month, _ in breaches if month < shift})
    return Check(
        what=f"monitoring sees the shift in its month, {shift}",
        holds=bool(then) and not early,
        detail=f"drifting then: {', '.join(then) or 'nothing'}; earlier: {', '.join(early) or 'nothing'}",
    )


def _alerted(shift: str, records: Records) -> Check:
    mine = [row for row in records.alerts if named(row["since_month"]) == shift]
    decided = records.decision(shift)
    return Check(
        what="an alert is raised and delivered",
        holds=bool(decided and decided["action"] == "alert" and mine and all(row["delivered_at"] for row in mine)),
        detail="; ".join(f"{row['key']} to {row['delivered_to'] or 'nobody'}" for row in mine) or "no alert",
    )


def _retrained(shift: str, records: Records) -> Check:
    """The newest version was trained because a decision asked for it, and its tags say so."""
    asked = [row for row in records.decisions if row["action"] == RETRAIN]
    newest = next((each for each in records.versions if each.number == records.newest), None)
    # A long reason is cut to fit a tag.
    reason = newest.tags.get("reason", "").rstrip("…") if newest else ""
    return Check(
        what="the model is trained again, once, and the cause is recorded with the version",
        holds=len(asked) == 1 and named(asked[0]["month"]) > shift and bool(reason) and reason in asked[0]["reason"],
        detail=f"asked for in {[named(row['month']) for row in asked]}; version {records.newest}: {reason}",
    )


def _better(records: Records) -> Check:
    """The newest version beat the one before on the same hold-out, beyond chance, and is live."""
    newest = records.newest or 0
    judged = records.verdicts(newest).get("comparison")
    interval = json.loads(judged["inputs"]).get("interval") if judged else None
    told = (
        f"{interval['difference']:+.4f} ({interval['lower']:+.4f} to {interval['upper']:+.4f})" if interval else "none"
    )
    return Check(
        what="the challenger beats the champion at the gates and is live",
        holds=bool(interval and interval["lower"] > 0 and newest == records.champion and newest > 1),
        detail=f"version {newest}, difference of ROC AUC {told}; live is {records.champion}",
    )


def _holds_its_promise(month: str, records: Records) -> Check:
    """In the first month that the new version scored, once its outcomes are known."""
    found = next(
        (row for row in records.metrics if row["metric"] == "roc_auc" and named(row["month"]) == month),
        None,
    )
    if found is None:
        return Check(what=_PROMISE, holds=False, detail=f"{month} was not measured")
    return Check(
        what=_PROMISE,
        holds=int(found["model_version"]) == records.champion and found["verdict"] == "ok",
        detail=f"{month}: version {found['model_version']}, ROC AUC {found['value']!s:.5}, {found['verdict']}",
    )


def _without_shift(landing: Landing, records: Records) -> list[Check]:
    """No training learned from the pinned months, and the last of them judged a version."""
    held_out = {version.number: holdout(version) for version in records.versions}
    learned = [number for number, months in held_out.items() if not "" < months[0] <= landing.holdout_start]
    whole = (landing.holdout_start, landing.arrivals[-1].month)
    judged = sorted(number for number, months in held_out.items() if months == whole)
    return [
        Check(
            what=f"no training learned from {landing.holdout_start} or later",
            holds=bool(held_out) and not learned,
            detail="; ".join(
                f"version {number} held out {' to '.join(held_out[number])}" for number in sorted(held_out)
            ),
        ),
        Check(
            what=f"{' to '.join(whole)} judged a version",
            holds=bool(judged),
            detail=f"versions {judged}",
        ),
    ]


def _true(text: object) -> bool:
    return str(text).lower() == "true"
