"""The local clock over REST: it stands still, is stepped, and starts what is due, really."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud.kernel import clock
from localcloud.kernel.store import Store
from tests.localcloud.core import Core
from tests.localcloud.services.jobs.conftest import Plant

DAILY = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}
HOURLY = {"quartz_cron_expression": "0 30 * * * ?", "timezone_id": "UTC"}
LANDING = "/Volumes/prod/platform_ops/wheels/landing"
QUIET = {"file_arrival": {"url": f"{LANDING}/", "wait_after_last_change_seconds": 120}}


def _step(core: Core, **body: Any) -> dict[str, Any]:
    answer = core.call("POST", f"{core.account_url}/local/clock", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _fired(stepped: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(run["job"], run["trigger"], run["at"]) for run in stepped["fired"]]


def _land(core: Core, name: str) -> None:
    core.call("PUT", f"{core.url('prod')}/api/2.0/fs/files{LANDING}/{name}", content=b"1,2\n").raise_for_status()


@pytest.fixture
def midnight(plant: Plant) -> Plant:
    """A cloud that can run jobs, whose clock shows midnight of the first of January 2040."""
    _step(plant.core, advance_to="2040-01-01T00:00:00Z")
    return plant


def test_a_step_starts_what_is_due_in_order_and_once_per_job(midnight: Plant) -> None:
    """Two and a half days: each schedule fires once, at its last time, as PERIODIC; a paused one does not."""
    core = midnight.core
    daily = midnight.create("daily", midnight.task("a", "say", "{{job.trigger.time.iso_datetime}}"), schedule=DAILY)
    midnight.create("hourly", midnight.task("a", "say"), schedule=HOURLY)
    midnight.create("paused", midnight.task("a", "say"), schedule=DAILY | {"pause_status": "PAUSED"})
    stepped = _step(core, advance_s=2.5 * 24 * 3600)
    assert (stepped["was"], stepped["now"]) == ("2040-01-01T00:00:00+00:00", "2040-01-03T12:00:00+00:00")
    assert _fired(stepped) == [
        ("daily", "PERIODIC", "2040-01-03T06:00:00+00:00"),
        ("hourly", "PERIODIC", "2040-01-03T11:30:00+00:00"),
    ]
    run = midnight.wait(stepped["fired"][0]["run_id"])
    assert (run.job_id, run.trigger and run.trigger.value) == (daily, "PERIODIC")
    assert run.schedule is not None
    assert run.schedule.quartz_cron_expression == DAILY["quartz_cron_expression"]
    assert run.tasks is not None
    log = midnight.admin.jobs.get_run_output(run.tasks[0].run_id or 0).logs or ""
    assert json.loads(log)["argv"] == ["2040-01-03T06:00:00"]
    assert _step(core, advance_s=0)["fired"] == []


def test_a_step_may_end_where_the_first_run_is_due(midnight: Plant) -> None:
    """So that time goes on only when that run is over: the same request again goes on to the next, then to its end."""
    midnight.create("daily", midnight.task("a", "say"), schedule=DAILY)
    midnight.create("hourly", midnight.task("a", "say"), schedule=HOURLY)
    asked = {"advance_to": "2040-01-02T07:00:00+00:00", "stop_at_first": True}
    steps = [_step(midnight.core, **asked) for _ in range(3)]
    assert [(step["now"], [run["job"] for run in step["fired"]]) for step in steps] == [
        ("2040-01-02T06:00:00+00:00", ["daily"]),
        ("2040-01-02T06:30:00+00:00", ["hourly"]),
        ("2040-01-02T07:00:00+00:00", []),
    ]


def test_new_files_start_their_job_once_they_are_quiet(midnight: Plant) -> None:
    """Two minutes after the newest of them, once for all of them, folders below included; a known name never again."""
    core = midnight.core
    job_id = midnight.create("ingest", midnight.task("a", "say"), trigger=QUIET)
    assert _step(core, advance_s=600)["fired"] == []
    _land(core, "applications/2040-01.csv")
    assert _step(core, advance_s=60)["fired"] == []
    _land(core, "labels/2040-01.csv")
    stepped = _step(core, advance_s=3600)
    assert _fired(stepped) == [("ingest", "FILE_ARRIVAL", "2040-01-01T00:13:00+00:00")]
    run = midnight.wait(stepped["fired"][0]["run_id"])
    assert (run.job_id, run.trigger and run.trigger.value) == (job_id, "FILE_ARRIVAL")
    _land(core, "labels/2040-01.csv?overwrite=true")
    assert _step(core, advance_s=3600)["fired"] == []


def test_what_cannot_be_watched_is_told(midnight: Plant) -> None:
    """A volume that the job's principal may not read: the step says so, names the job, and goes on."""
    core = midnight.core
    stranger = core.application("stranger")
    settings = {"trigger": QUIET, "run_as": {"service_principal_name": stranger}}
    midnight.create("ingest", midnight.task("a", "say"), **settings)
    _land(core, "a.csv")
    stepped = _step(core, advance_s=600)
    assert stepped["fired"] == []
    assert [problem["job"] for problem in stepped["problems"]] == ["ingest"]
    assert "does not have" in stepped["problems"][0]["problem"]


def test_the_clock_shows_what_it_will_start(midnight: Plant) -> None:
    """Every job that starts by itself, with its next time; what never fires here says so."""
    midnight.create("daily", midnight.task("a", "say"), schedule=DAILY)
    midnight.create("off", midnight.task("a", "say"), schedule=DAILY | {"pause_status": "PAUSED"})
    midnight.create("tables", midnight.task("a", "say"), trigger={"table_update": {"table_names": ["a.b.c"]}})
    midnight.create("by-hand", midnight.task("a", "say"))
    shown = midnight.core.call("GET", f"{midnight.core.url('prod')}/local/clock").json()
    assert shown["now"] == "2040-01-01T00:00:00+00:00"
    assert [(job["job"], job["next"], job["paused"], job["waits_for"]) for job in shown["jobs"]] == [
        ("daily", "2040-01-01T06:00:00+00:00", False, "0 0 6 * * ? UTC"),
        ("off", None, True, "0 0 6 * * ? UTC"),
        ("tables", None, False, "table_update, which is kept and never fires here"),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Give exactly one of advance_to"),
        ({"advance_to": "2041-01-01T00:00:00Z", "advance_s": 1}, "Give exactly one of advance_to"),
        ({"advance_to": "2041-01-01"}, "'2041-01-01' is not a time with an offset"),
        ({"advance_to": "soon"}, "'soon' is not a time with an offset"),
        ({"advance_to": 5}, "5 is not a time with an offset"),
        ({"advance_to": "2039-12-31T23:59:59Z"}, "shows 2040-01-01T00:00:00+00:00 and goes forward only"),
        ({"advance_s": -1}, "advance_s -1 is not a number of seconds"),
        ({"advance_s": "1d"}, "advance_s '1d' is not a number of seconds"),
        ({"advance_s": True}, "advance_s True is not a number of seconds"),
        ({"advance_s": 1e300}, "leads beyond the year 9999"),
        ({"to": "2041-01-01T00:00:00Z"}, "to cannot be given"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(midnight: Plant, body: dict[str, Any], message: str) -> None:
    """400 with what to give instead; the clock stays."""
    answer = midnight.core.call("POST", f"{midnight.core.account_url}/local/clock", json=body)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
    assert clock.now(midnight.core.cloud.store).isoformat() == "2040-01-01T00:00:00+00:00"


def test_only_an_admin_sees_or_steps_the_clock(midnight: Plant) -> None:
    """Any other principal is denied, on the workspace's port."""
    url, token = f"{midnight.core.url('prod')}/local/clock", midnight.core.token(midnight.principal)
    for method in ("GET", "POST"):
        answer = midnight.core.call(method, url, token, json={"advance_s": 1})
        assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_the_clock_stands_still_and_is_kept(core: Core) -> None:
    """It begins at the real time, does not go on by itself, and a new process over the same file finds it again."""
    before = datetime.now(UTC).replace(microsecond=0)
    first = clock.now(core.cloud.store)
    assert before <= first <= datetime.now(UTC)
    clock.move(core.cloud.store, first + timedelta(hours=1))
    again = Store(core.cloud.home / "state.db")
    assert clock.now(again) == first + timedelta(hours=1)
    again.close()
