"""How long a sink that is away is waited for."""

import pytest

from ml.sinks.sink import SinkAwayError, until_taken


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s, self.pauses = 0.0, list[float]()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.pauses.append(seconds)
        self.now_s += seconds


def _taken(time: Time, fails: int, error: type[Exception] = SinkAwayError) -> str:
    left = [error("away")] * fails

    def attempt() -> str:
        if left:
            raise left.pop()
        return "written"

    return until_taken(attempt, patience_s=100, now_s=lambda: time.now_s, sleep=time.sleep)


def test_pauses_double_up_to_half_a_minute_until_the_sink_is_back() -> None:
    """Away for a minute: seven tries."""
    time = Time()
    assert _taken(time, fails=6) == "written"
    assert time.pauses == [1, 2, 4, 8, 16, 30]


def test_patience_has_an_end() -> None:
    """The error of the last try is raised, within the time that was given."""
    time = Time()
    with pytest.raises(SinkAwayError, match="away"):
        _taken(time, fails=1000)
    assert time.now_s == 91


def test_a_mistake_is_not_tried_again() -> None:
    """Only a sink that is away may take the same rows later."""
    time = Time()
    with pytest.raises(ValueError, match="away"):
        _taken(time, fails=1, error=ValueError)
    assert time.pauses == []
