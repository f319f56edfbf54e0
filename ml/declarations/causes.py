"""Why a version was trained, which decides what it must show before it replaces the live one."""

from enum import StrEnum


class TrainingCause(StrEnum):
    """The kind of the `reason` that a training run carries."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    CALIBRATION = "calibration"
