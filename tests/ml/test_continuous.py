"""Rounds of a continuous ingest."""

from collections.abc import Callable

import pytest

from ml import continuous
from ml.streams.rounds import rounds


class Time:
    """A clock that only sleeping and working move."""

    def __init__(self, *works_s: float) -> None:
        self.now_s, self.begun, self._works_s = 0.0, list[float](), list(works_s)

    def work(self) -> None:
        """Take the next of the given times; fail after the last."""
        self.begun.append(self.now_s)
        if not self._works_s:
            raise RuntimeError("the broker is gone")
        self.now_s += self._works_s.pop(0)

    def sleep(self, seconds: float) -> None:
        """Let time pass; as Python's own, never backwards."""
        assert seconds >= 0
        self.now_s += seconds

    def read(self) -> float:
        """The time, which goes on between two readings."""
        self.now_s += 0.001
        return self.now_s


def test_rounds_begin_at_the_interval_or_when_a_longer_one_has_ended() -> None:
    """As batches of a processing-time trigger do; what a round raises ends the task."""
    time = Time(4, 25, 1, 10)
    with pytest.raises(RuntimeError, match="the broker is gone"):
        rounds(time.work, 10, now_s=lambda: time.now_s, sleep=time.sleep)
    assert time.begun == [0, 10, 35, 45, 55]


def test_a_round_longer_than_the_interval_is_followed_at_once() -> None:
    """Nothing is slept, however little time goes by between two looks at the clock."""
    time = Time(25, 25)
    with pytest.raises(RuntimeError, match="the broker is gone"):
        rounds(time.work, 10, now_s=time.read, sleep=time.sleep)
    assert time.begun == pytest.approx([0.001, 25.002, 50.003])


def test_a_round_is_what_the_tasks_of_the_job_do_with_their_own_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hides sensitive columns comes before all rounds, once. Each stage parses what it is given."""
    called: list[tuple[str, list[str]]] = []

    def noting(name: str) -> Callable[[list[str]], None]:
        def stage(arguments: list[str]) -> None:
            called.append((name, arguments[6:]))
            assert arguments[:6] == ["--use-case", "credit", "--catalog", "prod", "--run-id", "7"]
            if len(called) == 8:
                raise RuntimeError("the second round fails")

        return stage

    for name, module in (
        ("masks", continuous.masks),
        ("bronze", continuous.bronze),
        ("silver", continuous.silver),
        ("features", continuous.build),
        ("publish", continuous.publish),
    ):
        monkeypatch.setattr(module, "main", noting(name))
    flags = ["--use-case", "credit", "--catalog", "prod", "--run-id", "7", "--every-s", "1"]
    with pytest.raises(RuntimeError, match="the second round fails"):
        continuous.main([*flags, "--secret-scope", "prod", "--unmasked-table", "plain"])
    assert called == [
        ("masks", ["--unmasked-table", "plain"]),
        *(2 * ROUND)[:7],
    ]


ROUND = [
    ("bronze", ["--secret-scope", "prod"]),
    ("silver", []),
    ("features", ["--unmasked-table", "plain"]),
    ("publish", []),
]
