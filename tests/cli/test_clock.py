"""`mlops clock` on a served directory whose jobs really run."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import mlops
from localcloud.kernel import clock
from localcloud.services.jobs.runner import Runner
from localcloud.services.jobs.workers import Workers
from tests.localcloud.core import Core

START = datetime.fromisoformat("2040-01-01T00:00:00+00:00")
HOLDS = {"op": "EQUAL_TO", "left": "1", "right": "1"}
# Text that is no number cannot be compared so: the task fails.
FAILS = {"op": "GREATER_THAN", "left": "a", "right": "1"}


@pytest.fixture
def jobs(served: Core, tmp_path: Path) -> Iterator[Core]:
    """The cloud with a runner, its clock at the start of 2040. Conditions are the only tasks: they need no worker."""
    clock.move(served.cloud.store, START)
    runner = Runner.attach(served.cloud, Workers(tmp_path / "workers"))
    yield served
    runner.stop()


def _job(core: Core, name: str, cron: str, condition: dict[str, str], pause: str = "UNPAUSED") -> None:
    schedule = {"quartz_cron_expression": cron, "timezone_id": "UTC", "pause_status": pause}
    body = {"name": name, "tasks": [{"task_key": "only", "condition_task": condition}], "schedule": schedule}
    core.call("POST", f"{core.url('prod')}/api/2.2/jobs/create", json=body).raise_for_status()


def _rows(result: Result) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ("at", "env", "job", "result")) for row in json.loads(result.stdout)]


@pytest.mark.parametrize("arguments", [["--by", "1d"], ["--to", "2040-01-02"]])
def test_a_step_runs_what_is_due_in_order(commands: CliRunner, jobs: Core, arguments: list[str]) -> None:
    """Each run is over before time goes on to the next; at the end the clock stands where it was sent."""
    _job(jobs, "evening", "0 0 18 * * ?", HOLDS)
    _job(jobs, "morning", "0 0 6 * * ?", HOLDS)
    result = commands.invoke(mlops, ["clock", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    assert _rows(result) == [
        ("2040-01-01T06:00:00+00:00", "prod", "morning", "SUCCESS"),
        ("2040-01-01T18:00:00+00:00", "prod", "evening", "SUCCESS"),
    ]
    first, second = jobs.cloud.store.all("job_run")
    assert first["end_ms"] <= second["created_ms"]
    assert clock.now(jobs.cloud.store).isoformat() == "2040-01-02T00:00:00+00:00"


def test_a_failed_run_is_told_and_time_goes_on(commands: CliRunner, jobs: Core) -> None:
    """The command ends with 1 and names the run; what is due later runs all the same."""
    _job(jobs, "breaks", "0 0 6 * * ?", FAILS)
    _job(jobs, "evening", "0 0 18 * * ?", HOLDS)
    result = commands.invoke(mlops, ["clock", "--by", "1d", "--format", "json"])
    assert result.exit_code == 1
    assert "1 of 2 runs failed: breaks in prod (run " in result.stderr
    assert [row["result"] for row in json.loads(result.stdout)] == ["FAILED", "SUCCESS"]


def test_the_clock_is_shown_with_what_it_will_start(commands: CliRunner, jobs: Core) -> None:
    """Without options nothing moves: the time, each schedule, and its next start or that it is paused."""
    _job(jobs, "daily", "0 0 6 * * ?", HOLDS)
    _job(jobs, "off", "0 0 6 * * ?", HOLDS, pause="PAUSED")
    result = commands.invoke(mlops, ["clock", "--format", "json"])
    assert [(row["job"], row["starts"], row["next"]) for row in json.loads(result.stdout)] == [
        ("daily", "0 0 6 * * ? UTC", "2040-01-01T06:00:00+00:00"),
        ("off", "0 0 6 * * ? UTC", "paused"),
    ]
    assert "The local clock shows 2040-01-01T00:00:00+00:00" in commands.invoke(mlops, ["clock"]).stdout
    assert clock.now(jobs.cloud.store) == START


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "soon"], "'soon' is not a span of time: write it as 31d"),
        (["--to", "31.1.2040"], "'31.1.2040' is not a time: write it as 2026-01-31"),
        (["--to", "2040-01-02", "--by", "1d"], "--to and --by were both given: leave one out"),
        (["--to", "2039-12-31"], "The clock shows 2040-01-01T00:00:00+00:00 and goes forward only: give a later time."),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(
    commands: CliRunner, jobs: Core, arguments: list[str], message: str
) -> None:
    """The message says what to write instead; the clock stays."""
    result = commands.invoke(mlops, ["clock", *arguments])
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert clock.now(jobs.cloud.store) == START
