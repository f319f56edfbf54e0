"""The alerts that the stacks declare, evaluated by the local clock over real tables, and delivered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.service import settings, sql
from pyspark.sql import SparkSession

from infra.stacks.open_alerts import COLUMN, open_alerts
from localcloud.kernel import clock
from localcloud.services.sql.alert_rounds import evaluate_due
from localcloud.services.sql.outbox import SMTP
from ml.declarations import Column
from ml.records.monitoring import ALERTS
from ml.tables.backends import create_statement
from ml.usecases import use_case
from tests.localcloud.core import Core, leave, start
from tests.smtp import Mailbox, mail_server

TABLE = "prod.credit_ops.alerts"


def _cell(column: Column, value: str | None) -> str:
    return f"cast({'null' if value is None else repr(value)} as {column.type})"


@pytest.fixture(scope="module")
def core(spark: SparkSession, spark_remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """An empty table of alerts in prod, which `monitor` may read."""
    home: Path = tmp_path_factory.mktemp("alerts")
    core = start(home)
    core.cloud.spark_remote = spark_remote
    admin = core.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_ops", "prod")
    core.table(TABLE)
    location = core.cloud.store.require("table", TABLE)["storage_location"]
    spark.sql(create_statement(ALERTS, f"delta.`{location}`"))
    core.grant("catalog", "prod", core.application("monitor"), "USE_CATALOG", "USE_SCHEMA", "SELECT")
    yield core
    leave(core)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """The mail server that the local cloud is told of."""
    with mail_server() as found:
        monkeypatch.setenv(SMTP, f"127.0.0.1:{found.port}")
        yield found


def _insert(core: Core, spark: SparkSession, status: str, destination: str, subject: str) -> None:
    location = core.cloud.store.require("table", TABLE)["storage_location"]
    said = {"key": f"{subject}:2024-06", "model": "prod.credit_ops.default_risk", "status": status, "attempts": "0"}
    said |= {"what": f"credit in prod: {subject} of limit_bal", "how_much": "PSI 1.00 (limit 0.25)", "run_id": "1"}
    said |= {"what_to_do": "Find out why.", "slice": "all rows", "destination": destination}
    said |= {"since_period": "2024-06-01", "last_period": "2024-07-01"}
    columns = ", ".join(_cell(each, said.get(each.name)) for each in ALERTS.columns)
    spark.sql(f"insert into delta.`{location}` select {columns}")


def _declared(core: Core) -> None:
    """The alerts of the use case, as its stack declares them, told by mail."""
    admin = core.admin()
    warehouse = admin.warehouses.create(name="w", cluster_size="Small", max_num_clusters=1, auto_stop_mins=10).result()
    [monitor] = admin.service_principals.list(filter='displayName eq "monitor"')
    application = str(monitor.application_id)
    body = {"access_control_list": [{"service_principal_name": application, "permission_level": "CAN_USE"}]}
    answer = core.call("PATCH", f"{core.url('prod')}/api/2.0/permissions/warehouses/{warehouse.id}", json=body)
    assert answer.status_code == 200, answer.text
    for asked in open_alerts(use_case("credit"), "prod", TABLE):
        config = settings.Config(email=settings.EmailConfig(addresses=[f"{asked.destination}@example.com"]))
        told = admin.notification_destinations.create(display_name=asked.destination, config=config)
        notification = sql.AlertV2Notification(
            notify_on_ok=True, subscriptions=[sql.AlertV2Subscription(destination_id=told.id)]
        )
        evaluation = sql.AlertV2Evaluation(
            comparison_operator=sql.ComparisonOperator.GREATER_THAN,
            source=sql.AlertV2OperandColumn(name=COLUMN),
            threshold=sql.AlertV2Operand(value=sql.AlertV2OperandValue(double_value=0)),
            empty_result_state=sql.AlertEvaluationState.ERROR,
            notification=notification,
        )
        wanted = sql.AlertV2(
            display_name=asked.name,
            query_text=asked.text,
            warehouse_id=str(warehouse.id),
            evaluation=evaluation,
            schedule=sql.CronSchedule(quartz_cron_schedule="0 0 10 * * ?", timezone_id="UTC"),
            custom_summary=asked.summary,
            custom_description=asked.description,
            run_as=sql.AlertV2RunAs(service_principal_name=application),
        )
        admin.alerts_v2.create_alert(wanted)


def _next_day(core: Core) -> dict[str, Any]:
    """What the alerts of one day of the local clock did, by the destination in their name."""
    was = clock.now(core.cloud.store)
    found = evaluate_due(core.cloud, was, clock.move(core.cloud.store, was + timedelta(days=1)))
    return {each["alert"].rpartition(" ")[2]: each for each in found}


def test_an_alert_is_told_once_and_again_when_it_ends(core: Core, spark: SparkSession, box: Mailbox) -> None:
    """One that nobody has taken is mailed with what to do, the next day not again; that none is left is told, too."""
    _declared(core)
    found = _next_day(core)
    assert {name: (each["state"], each["problem"]) for name, each in found.items()} == {
        "on-call": ("OK", ""),
        "model-risk": ("OK", ""),
    }
    _insert(core, spark, "open", "on-call", "drift")
    _insert(core, spark, "acknowledged", "model-risk", "fairness")
    found = _next_day(core)
    assert {name: each["state"] for name, each in found.items()} == {"on-call": "TRIGGERED", "model-risk": "OK"}
    assert found["on-call"]["told"] == ["mail to on-call@example.com"]
    [message] = box.messages
    assert message["Subject"].startswith("[TRIGGERED] credit in prod: an alert about data quality, drift, performance")
    text = message.get_content()
    assert "what: credit in prod: drift of limit_bal" in text
    assert "since_period: 2024-06-01" in text
    assert "what_to_do: Find out why." in text
    assert "mlops alerts ack MODEL KEY" in text
    assert _next_day(core)["on-call"]["told"] == []
    location = core.cloud.store.require("table", TABLE)["storage_location"]
    spark.sql(f"update delta.`{location}` set status = 'acknowledged'")
    assert _next_day(core)["on-call"]["state"] == "OK"
    assert [each["Subject"].split("]")[0] for each in box.messages] == ["[TRIGGERED", "[OK"]


def test_a_query_that_fails_is_an_error_and_is_told(core: Core, box: Mailbox) -> None:
    """The table that it reads is gone: the state is ERROR, the reason is mailed, never OK."""
    core.cloud.store.delete("table", TABLE)
    found = _next_day(core)["on-call"]
    assert (found["state"], found["told"]) == ("ERROR", ["mail to on-call@example.com"])
    assert "does not exist" in box.messages[0].get_content()
