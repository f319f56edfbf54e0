"""File-arrival triggers by table: what is new, and when its run is due."""

from datetime import UTC, datetime, timedelta

import pytest

from localcloud.services.jobs.arrivals import Arrivals, arrivals

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("trigger", "fired_at", "due"),
    [
        ({}, None, NOON + MINUTE),
        ({"wait_after_last_change_seconds": 600}, None, NOON + 10 * MINUTE),
        ({"min_time_between_triggers_seconds": 3600}, None, NOON + MINUTE),
        ({"min_time_between_triggers_seconds": 3600}, NOON - 10 * MINUTE, NOON + 50 * MINUTE),
        ({"min_time_between_triggers_seconds": 3600}, NOON - 90 * MINUTE, NOON + MINUTE),
    ],
)
def test_when_a_file_gets_its_run(trigger: dict[str, int], fired_at: datetime | None, due: datetime) -> None:
    """A minute after it came, unless the trigger waits for quiet or has fired too short a time ago."""
    assert Arrivals(fired_at=fired_at).found({"a"}, NOON).due(trigger) == due


def test_files_that_go_on_coming_put_the_run_off() -> None:
    """The quiet time counts from the newest file; looking again without a new one changes nothing."""
    first = Arrivals().found({"a"}, NOON)
    assert first.found({"a"}, NOON + MINUTE) == first
    assert first.found({"a", "b"}, NOON + MINUTE).due({}) == NOON + 2 * MINUTE


def test_only_a_new_name_is_new() -> None:
    """After its run a file is known; one that is deleted and comes again is new; nothing waits where all are gone."""
    after = Arrivals().found({"a", "b"}, NOON).fired(NOON)
    assert after.found({"a", "b"}, NOON + MINUTE).due({}) is None
    assert after.found({"a"}, NOON + MINUTE).found({"a", "b"}, NOON + 2 * MINUTE).waiting == {"b"}
    assert Arrivals().found({"a"}, NOON).found(set(), NOON + MINUTE).due({}) is None


@pytest.mark.parametrize(
    "memory",
    [Arrivals(), Arrivals().found({"a"}, NOON), Arrivals().found({"a"}, NOON).fired(NOON).found({"a", "b"}, NOON)],
)
def test_the_memory_survives_being_stored(memory: Arrivals) -> None:
    """What is read is what was written."""
    assert arrivals(memory.document()) == memory
