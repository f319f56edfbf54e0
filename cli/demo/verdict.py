"""The result of a story in two sentences, which its report begins with. Pure."""

from collections import Counter
from collections.abc import Sequence

from cli.demo.checks import Judged
from cli.report.page import Tone
from ml.usecases.story import RETRAIN, Records


def verdict(records: Records, checks: Sequence[Judged]) -> tuple[str, Tone]:
    """What is live and what monitoring asked for, then the checks; `bad` if one failed or nothing is live."""
    failed = [each.what for each in checks if not each.holds]
    passed = f"{len(checks) - len(failed)} of {len(checks)} checks of the story passed"
    said = f"{passed}; failed: {', '.join(failed)}." if failed else f"{passed}."
    return f"{_live(records)} {said}", "bad" if failed or records.champion is None else "good"


def _live(records: Records) -> str:
    if records.champion is None:
        return "No version is live."
    period, actions = records.calendar.period, Counter(row["action"] for row in records.decisions)
    asked = {"alerted": actions["alert"], "asked for a retraining": actions[RETRAIN]}
    told = [f"{what} in {times} {period}{'s' if times > 1 else ''}" for what, times in asked.items() if times]
    monitoring = f"Monitoring {' and '.join(told)}." if told else f"Monitoring found no reason to act in any {period}."
    return f"Version {records.champion} is live. {monitoring}"
