"""What a version was trained for: given to its training, kept in its tags."""

import pytest

from ml.declarations import TrainingCause
from ml.training.train import caused, parse
from ml.versions.lineage import LineageError, read_cause

FLAGS = [
    *("--use-case", "credit", "--catalog", "prod", "--run-id", "7"),
    *("--source-catalog", "prod", "--git-commit", "c", "--sample-rows", "0"),
]


@pytest.mark.parametrize(
    ("given", "trigger", "cause"),
    [
        ("manual", "periodic", "schedule"),
        ("manual", "one_time", "manual"),
        ("manual", "", "manual"),
        ("drift", "periodic", "drift"),
    ],
)
def test_a_training_that_a_schedule_started_says_so(given: str, trigger: str, cause: str) -> None:
    """The job's default means a person only if no schedule started the run."""
    assert caused(TrainingCause(given), trigger) == cause


def test_the_words_of_a_reason_decide_nothing() -> None:
    """They stay as they are; nobody's reason is the cause's name."""
    told = parse([*FLAGS, "--reason", "ROC AUC of version 1 fell to 0.6", "--cause", "calibration"])
    assert (told.reason, told.cause) == ("ROC AUC of version 1 fell to 0.6", TrainingCause.CALIBRATION)
    silent = parse([*FLAGS, "--reason", "drift"])
    assert (silent.reason, silent.cause) == ("drift", TrainingCause.MANUAL)
    scheduled = parse([*FLAGS, "--reason", "manual", "--trigger", "periodic"])
    assert (scheduled.reason, scheduled.cause) == ("schedule", TrainingCause.SCHEDULE)


def test_another_cause_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """By the task, before anything is read."""
    with pytest.raises(SystemExit):
        parse([*FLAGS, "--reason", "x", "--cause", "boredom"])
    assert "boredom" in capsys.readouterr().err


def test_the_cause_is_read_back_from_the_tags_of_a_version() -> None:
    """A version without one, or with a word of its own, is to be trained again."""
    assert read_cause("version 2", {"cause": "drift"}) is TrainingCause.DRIFT
    with pytest.raises(LineageError, match="cause=None of version 2 is none of manual, schedule, drift, performance"):
        read_cause("version 2", {})
    with pytest.raises(LineageError, match="cause='boredom' of version 2"):
        read_cause("version 2", {"cause": "boredom"})
