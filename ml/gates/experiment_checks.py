"""Whether a version's experiment on the endpoint lets it go live. A missing, running or unwon experiment blocks."""

from ml.evaluation.checks import Check
from ml.records.experiments import Standing, newest_trial, standing
from ml.versions.aliases import CHAMPION
from ml.versions.version_task import Subject


def experiment_check(subject: Subject) -> Check:
    """The check of the version's experiment against the version that is live. Passes if no other version is live."""
    live = subject.alias(CHAMPION)
    if live in (None, subject.version):
        return Check(passed=True, text="no experiment: no other version is live")
    trial = newest_trial(subject.tables, subject.ops_schema, subject.name)
    if trial is None or (trial.version, trial.champion) != (subject.version, live):
        return _missed(f"none was run against version {live}: the task trial starts it")
    said = standing(subject.tables, subject.ops_schema, trial)
    if said is None or said["standing"] == Standing.RUNNING:
        return _missed(f"it is running: {said['reason'] if said else 'no look has been recorded'}")
    won = said["standing"] == Standing.WON
    return Check(passed=won, text=f"experiment: {said['standing']}, {said['reason']}")


def _missed(why: str) -> Check:
    return Check(passed=False, known=False, text=f"experiment: {why}")
