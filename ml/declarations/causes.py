"""Why a version was trained, which decides what it must show before it replaces the live one."""

from enum import StrEnum


class TrainingCause(StrEnum):
    """The tag `cause` of a model version; a run started by hand has `manual` unless it names another."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    CALIBRATION = "calibration"
