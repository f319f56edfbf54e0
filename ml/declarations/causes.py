"""Why a version was trained, which decides what it must show before it replaces the live one."""

from enum import StrEnum


class TrainingCause(StrEnum):
    """The tag `cause` of a model version; nobody's cause is a person's own idea, `manual`."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    CALIBRATION = "calibration"
