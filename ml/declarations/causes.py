"""Why a version was trained, which decides what it must show before it replaces the live one."""

from enum import StrEnum


class TrainingCause(StrEnum):
    """The kind of the `reason` that a training run carries."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    CALIBRATION = "calibration"


# Words of a reason, most telling first: as monitoring names the measure that is beyond its limits.
_WORDS = (
    ("ROC AUC", TrainingCause.PERFORMANCE),
    ("calibration error", TrainingCause.CALIBRATION),
    ("Drift", TrainingCause.DRIFT),
)


def cause_of(reason: str) -> TrainingCause:
    """The cause behind `reason`: one of the causes by its name, or what monitoring decided on, in its words.

    Anything else is somebody's own idea (`MANUAL`), which has the strictest rule.
    """
    if reason in set(TrainingCause):
        return TrainingCause(reason)
    decided = reason if reason.startswith(("Version ", "ROC AUC of version ")) else ""
    return next((cause for words, cause in _WORDS if words in decided), TrainingCause.MANUAL)
