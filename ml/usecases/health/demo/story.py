"""Health's story: a year of the study's patients, then three more months. Nothing changes, and patients are few."""

from ml.usecases.health.demo.checks import checks
from ml.usecases.health.demo.replay import read, replay, study
from ml.usecases.story import Story

_DELIVERIES = ("2024-12", "2025-02", "2025-03")

STORY = Story(
    # No data is generated: these are the patients of the study.
    generate=study,
    read=read,
    replay=replay,
    # All patients: a part would leave too few rows for the gates.
    sample_rows=442,
    deliveries=_DELIVERIES,
    shift_period="",
    # The newest fifth.
    holdout_start="2025-01",
    checks=checks(arrived=("2025-01", "2025-02", "2025-03")),
)
