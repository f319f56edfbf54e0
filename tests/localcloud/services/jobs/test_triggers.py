"""What the local clock starts, by table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud.services.jobs.arrivals import Arrivals
from localcloud.services.jobs.triggers import due, kind, next_due

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DAILY = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}
FILES = {"file_arrival": {"url": "/Volumes/a/b/c/"}}
PAUSED = {"pause_status": "PAUSED"}
SIX = NOON.replace(hour=6)


@pytest.mark.parametrize(
    ("settings", "until", "expected"),
    [
        ({"schedule": DAILY}, NOON + DAY, ("PERIODIC", SIX + DAY)),
        ({"schedule": DAILY}, NOON + 30 * DAY, ("PERIODIC", SIX + 30 * DAY)),
        ({"schedule": DAILY}, NOON + timedelta(hours=2), None),
        ({"schedule": DAILY | PAUSED}, NOON + DAY, None),
        ({"trigger": FILES}, NOON + DAY, ("FILE_ARRIVAL", NOON + timedelta(minutes=1))),
        ({"trigger": FILES}, NOON + timedelta(seconds=59), None),
        ({"trigger": FILES | PAUSED}, NOON + DAY, None),
        ({"trigger": {"periodic": {"interval": 1, "unit": "HOURS"}}}, NOON + DAY, None),
        ({"continuous": {"pause_status": "PAUSED"}}, NOON + DAY, None),
        ({}, NOON + DAY, None),
    ],
)
def test_what_is_due(settings: dict[str, Any], until: datetime, expected: tuple[str, datetime] | None) -> None:
    """One run per job however far the step, at its schedule's last fire or once its files are quiet; none if paused."""
    found = due(7, settings, Arrivals().found({"a"}, NOON), NOON, until)
    assert (found and (found.trigger, found.at)) == expected


def test_files_that_came_during_a_pause_get_their_run_at_once() -> None:
    """What was due while the job was paused is due now, not in the past."""
    found = due(7, {"trigger": FILES}, Arrivals().found({"a"}, NOON - 5 * DAY), NOON, NOON + DAY)
    assert found
    assert found.at == NOON


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"schedule": DAILY}, "PERIODIC"),
        ({"trigger": FILES | PAUSED}, "FILE_ARRIVAL"),
        ({"trigger": PAUSED | {"table_update": {}}}, "table_update"),
        ({"continuous": {"pause_status": "UNPAUSED"}}, "CONTINUOUS"),
        ({"trigger": PAUSED}, None),
        ({}, None),
    ],
)
def test_what_starts_a_job(settings: dict[str, Any], expected: str | None) -> None:
    """The kinds that fire have their API name; those that never fire here have their setting's."""
    assert kind(settings) == expected


def test_when_a_job_starts_next() -> None:
    """By its schedule; for files only once some wait; never while paused."""
    assert next_due({"schedule": DAILY}, Arrivals(), NOON) == SIX + DAY
    assert next_due({"schedule": DAILY | PAUSED}, Arrivals(), NOON) is None
    assert next_due({"trigger": FILES}, Arrivals(), NOON) is None
    assert next_due({"trigger": FILES}, Arrivals().found({"a"}, NOON), NOON) == NOON + timedelta(minutes=1)
