"""`mlops alerts`: what is asked of the job that records what people do."""

import pytest
from click.testing import CliRunner

from cli import alerts
from cli.main import mlops
from cli.runs import RunResult


@pytest.mark.parametrize(
    ("command", "more", "asked"),
    [
        ("ack", (), {"action": "acknowledge", "periods": "0"}),
        ("snooze", ("--periods", "2"), {"action": "snooze", "periods": "2"}),
        ("resolve", (), {"action": "resolve", "periods": "0"}),
    ],
)
def test_an_answer_is_a_run_of_the_models_job(
    command: str, more: tuple[str, ...], asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who answers, and why, is recorded by it."""
    runs: list[tuple[object, ...]] = []

    def run(*given: object) -> RunResult:
        runs.append(given)
        return RunResult(run_id=1, succeeded=True, message="", tasks=())

    monkeypatch.setattr(alerts, "run_job", run)
    given = ["alerts", command, "credit", "drift:2024-06", "--by", "mia", "--reason", "a merger", *more]
    said = CliRunner().invoke(mlops, given)
    assert said.exit_code == 0, said.output
    expected = {"key": "drift:2024-06", "by": "mia", "reason": "a merger", **asked}
    assert runs == [("prod", "credit-alerts", expected, None)]
    assert "prod.credit_ops.default_risk" in said.output


def test_why_must_be_said() -> None:
    """And for how long, to snooze."""
    for command, lacking in (("resolve", "--reason"), ("snooze", "--periods")):
        given = ["alerts", command, "credit", "drift:2024-06", *(["--reason", "x"] if lacking != "--reason" else [])]
        said = CliRunner().invoke(mlops, given)
        assert said.exit_code == 2
        assert f"Missing option '{lacking}'" in said.output
