"""Why a version was trained, which decides the evidence it needs to replace the live one."""

from enum import StrEnum


class TrainingCause(StrEnum):
    """The tag `cause` of a model version; a run started by hand has `manual` unless it names another."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    CALIBRATION = "calibration"
