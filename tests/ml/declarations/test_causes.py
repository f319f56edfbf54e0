"""Why a version was trained, read from the reason that its training run carries."""

import pytest

from ml.declarations import TrainingCause, cause_of
from ml.monitoring import decision_text
from ml.monitoring.metric import Metric
from ml.monitoring.policy import policy_of
from ml.problems.finding import Kind, Verdict
from ml.training.train import why
from ml.usecases import use_case
from tests.ml.monitoring.made import auc
from tests.ml.monitoring.made import metric as made_metric

POLICY = policy_of(use_case("credit").models[0])


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("manual", TrainingCause.MANUAL),
        ("schedule", TrainingCause.SCHEDULE),
        ("drift", TrainingCause.DRIFT),
        ("calibration", TrainingCause.CALIBRATION),
        ("integration", TrainingCause.MANUAL),
        ("a new idea about ROC AUC and calibration error", TrainingCause.MANUAL),
        ("", TrainingCause.MANUAL),
    ],
)
def test_a_reason_is_a_cause_by_its_name_and_else_an_idea_of_somebodys(reason: str, cause: TrainingCause) -> None:
    """An unknown reason has the strictest rule."""
    assert cause_of(reason) is cause


@pytest.mark.parametrize(
    ("reason", "trigger", "given"),
    [
        ("manual", "periodic", "schedule"),
        ("manual", "one_time", "manual"),
        ("manual", "", "manual"),
        ("drift", "periodic", "drift"),
    ],
)
def test_a_training_that_a_schedule_started_says_so(reason: str, trigger: str, given: str) -> None:
    """The job's default reason means a person only if no schedule started the run."""
    assert why(reason, trigger) == given


@pytest.mark.parametrize(
    ("metric", "cause"),
    [
        (auc(1, Verdict.BREACH), TrainingCause.PERFORMANCE),
        (
            made_metric(
                1,
                kind=Kind.PERFORMANCE,
                metric="expected_calibration_error",
                column="",
                value=0.14,
                verdict=Verdict.BREACH,
            ),
            TrainingCause.CALIBRATION,
        ),
    ],
)
def test_what_monitoring_decides_on_is_the_cause(metric: Metric, cause: TrainingCause) -> None:
    """The sentence that becomes the reason of a retraining, cut to fit a tag or not."""
    title = POLICY.title(metric.metric)
    reason = decision_text.lasting([metric.month], metric, title, 1)
    assert cause_of(reason) is cause_of(f"{reason[:249]}…") is cause
    assert cause_of(decision_text.severe(auc(1, Verdict.BREACH), "ROC AUC", 1)) is TrainingCause.PERFORMANCE
