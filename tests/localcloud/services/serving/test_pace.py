"""How slow serving is made, and endpoints that sleep."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.services.serving.pace import Pace
from localcloud.services.serving.sleep import Sleepers
from tests.localcloud.core import Core, start, stop


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """A local cloud without Spark and MLflow."""
    served = start(tmp_path / "home")
    yield served
    stop(served)


def test_the_pace_is_changed_field_by_field(core: Core) -> None:
    """What is not given stays; at first all is immediate and no endpoint sleeps."""
    url = f"{core.url('prod')}/local/serving/pace"
    at_first = {"publish_s": 0.0, "update_s": 0.0, "wake_s": 0.0, "sleep_after_s": None}
    assert core.call("GET", url).json() == at_first
    assert core.call("PATCH", url, json={"wake_s": 2}).json() == at_first | {"wake_s": 2}
    assert core.call("PATCH", url, json={"sleep_after_s": 5}).json() == at_first | {"wake_s": 2, "sleep_after_s": 5}


@pytest.mark.parametrize(
    "given", [{"wake_s": -1}, {"wake_s": "2"}, {"publish_s": None}, {"update_s": True}, {"nap_s": 1}]
)
def test_what_is_no_duration_is_refused(core: Core, given: dict[str, object]) -> None:
    """The message names the field and what is allowed."""
    answer = core.call("PATCH", f"{core.url('prod')}/local/serving/pace", json=given)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert f"{next(iter(given))}=" in answer.json()["message"]


def test_only_an_admin_changes_it(core: Core) -> None:
    """It slows everybody down."""
    token = core.token(core.application("someone"))
    assert core.call("PATCH", f"{core.url('prod')}/local/serving/pace", token, json={"wake_s": 1}).status_code == 403


def test_an_endpoint_sleeps_after_a_while_and_wakes_once() -> None:
    """Who asks first waits the whole time, who asks meanwhile the rest; who asks later waits once it sleeps again."""
    now, waited = [100.0], []

    def sleep(seconds: float) -> None:
        waited.append(seconds)

    sleepers, pace = Sleepers(clock=lambda: now[0], sleep=sleep), Pace(wake_s=30, sleep_after_s=600)
    for at_s in (0, 10, 29, 31, 600, 1300):
        now[0] = 100.0 + at_s
        sleepers.wake("one", pace, may_sleep=True)
    assert waited == [30, 20, 1, 30]


def test_an_endpoint_that_keeps_running_never_sleeps() -> None:
    """One that does not scale to zero, and any while the pace lets none sleep, answer at once."""
    waited: list[float] = []
    sleepers = Sleepers(clock=lambda: 0.0, sleep=waited.append)
    sleepers.wake("one", Pace(wake_s=30, sleep_after_s=0), may_sleep=False)
    sleepers.wake("two", Pace(wake_s=30), may_sleep=True)
    sleepers.awake("three")
    sleepers.wake("three", Pace(wake_s=30, sleep_after_s=600), may_sleep=True)
    assert waited == []
