"""`mlops alerts`: which alerts there are, and what is asked of the job that records what people do."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from cli import alerts
from cli.main import mlops
from cli.runs import RunResult
from ml.declarations import Column
from ml.records.monitoring import ALERTS
from ml.tables.backends import create_statement
from tests.localcloud.core import Core

TABLE = "prod.credit_ops.alerts"


def _cell(column: Column, value: str | None) -> str:
    return f"cast({'null' if value is None else repr(value)} as {column.type})"


@pytest.fixture(scope="module")
def told(house: Core, spark: SparkSession) -> Core:
    """An alert that lasts and one that has ended, of the credit model."""
    house.admin().schemas.create("credit_ops", "prod")
    house.table(TABLE)
    location = house.cloud.store.require("table", TABLE)["storage_location"]
    spark.sql(create_statement(ALERTS, f"delta.`{location}`"))
    for key, status in (("drift:2024-06", "open"), ("drift:2024-01", "closed")):
        said = {"key": key, "model": "prod.credit_ops.default_risk", "status": status, "attempts": "1", "run_id": "1"}
        said |= {"what": "credit in prod: drift of limit_bal", "how_much": "PSI 1.00", "what_to_do": "Find out why."}
        said |= {"since_period": "2024-06-01", "last_period": "2024-07-01", "slice": "all rows"}
        columns = ", ".join(_cell(each, said.get(each.name)) for each in ALERTS.columns)
        spark.sql(f"insert into delta.`{location}` select {columns}")
    return house


def _listed(*arguments: str) -> list[dict[str, Any]]:
    said = CliRunner().invoke(mlops, ["alerts", "list", *arguments, "--format", "json"])
    assert said.exit_code == 0, said.output
    found: list[dict[str, Any]] = json.loads(said.stdout)
    return found


def test_alerts_that_last_are_listed_and_others_if_asked_for(told: Core) -> None:
    """With what changed, how much, in which rows and what to do; models without a table have none."""
    [row] = _listed()
    assert (row["model"], row["key"], row["status"]) == ("credit", "drift:2024-06", "open")
    assert (row["how_much"], row["slice"], row["what_to_do"]) == ("PSI 1.00", "all rows", "Find out why.")
    assert [row["key"] for row in _listed("credit", "--all")] == ["drift:2024-01", "drift:2024-06"]


@pytest.mark.parametrize(
    ("command", "more", "asked"),
    [
        ("ack", (), {"action": "acknowledge", "periods": "0", "until": ""}),
        ("snooze", ("--periods", "2"), {"action": "snooze", "periods": "2", "until": ""}),
        ("snooze", ("--until", "2024-09"), {"action": "snooze", "periods": "0", "until": "2024-09"}),
        ("resolve", (), {"action": "resolve", "periods": "0", "until": ""}),
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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("resolve",), "Missing option '--reason'"),
        (("snooze", "--reason", "x"), "snooze has neither --periods nor --until: give one of them"),
        (("snooze", "--reason", "x", "--periods", "1", "--until", "2024-09"), "snooze has both --periods and --until"),
        (("snooze", "--reason", "x", "--until", "July"), "--until 'July' is no month: write it as YYYY-MM"),
        (("snooze", "--reason", "x", "--periods", "0"), "0 is not in the range x>=1"),
    ],
)
def test_what_is_missing_is_told(given: tuple[str, ...], said: str) -> None:
    """Why, and for how long, before any job runs."""
    command, *more = given
    done = CliRunner().invoke(mlops, ["alerts", command, "credit", "drift:2024-06", *more])
    assert done.exit_code == 2
    assert said in done.output
