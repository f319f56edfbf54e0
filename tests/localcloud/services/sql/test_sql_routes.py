"""Routes of queries, alerts, destinations, dashboards and warehouses that no story needs."""

import pytest
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service import dashboards, settings, sql

from localcloud.kernel.cloud import ADMIN_USER
from tests.localcloud.core import Core


def test_a_query_and_its_alert_are_read_alone_and_in_the_list(core: Core) -> None:
    """What was created is what is read."""
    admin = core.admin()
    wanted = sql.CreateQueryRequestQuery(display_name="breaches", query_text="select 1", warehouse_id="w")
    query = admin.queries.create(query=wanted)
    assert admin.queries.get(str(query.id)).query_text == "select 1"
    operand = sql.AlertConditionOperand(column=sql.AlertOperandColumn(name="n"))
    threshold = sql.AlertConditionThreshold(value=sql.AlertOperandValue(double_value=0))
    condition = sql.AlertCondition(op=sql.AlertOperator.GREATER_THAN, operand=operand, threshold=threshold)
    alert = sql.CreateAlertRequestAlert(display_name="drift", query_id=query.id, condition=condition)
    made = admin.alerts.create(alert=alert)
    assert [each.id for each in admin.alerts.list()] == [made.id]


def test_an_alert_of_the_second_generation_is_read(core: Core) -> None:
    """By its id."""
    admin = core.admin()
    made = admin.alerts_v2.create_alert(_alert())
    assert admin.alerts_v2.get_alert(str(made.id)).display_name == "drift"


def test_an_alert_runs_as_nobody_whom_its_maker_may_not_run_as(core: Core) -> None:
    """Not when it is made, and not by a change of what somebody else's alert asks."""
    application = core.application("ben")
    admin, ben = core.admin(), core.sdk("ben")
    as_admin = sql.AlertV2RunAs(user_name=ADMIN_USER)
    with pytest.raises(PermissionDenied, match="may not let a job or an alert run as"):
        ben.alerts_v2.create_alert(_alert(run_as=as_admin))
    made = admin.alerts_v2.create_alert(_alert())
    url = f"{core.url('prod')}/api/2.0/permissions/alertsv2/{made.id}"
    entry = {"service_principal_name": application, "permission_level": "CAN_EDIT"}
    assert core.call("PATCH", url, json={"access_control_list": [entry]}).status_code == 200
    with pytest.raises(PermissionDenied, match="may not let a job or an alert run as"):
        ben.alerts_v2.update_alert(str(made.id), _alert(query_text="drop table t"), update_mask="query_text")


def test_a_destination_is_renamed(core: Core) -> None:
    """The list shows the new name, and no address."""
    admin = core.admin()
    config = settings.Config(email=settings.EmailConfig(addresses=["risk@example.com"]))
    made = admin.notification_destinations.create(display_name="risk", config=config)
    admin.notification_destinations.update(str(made.id), display_name="model risk")
    assert [each.display_name for each in admin.notification_destinations.list()] == ["model risk"]


def test_a_published_dashboard_is_read(core: Core) -> None:
    """Draft and publication, each by the draft's id."""
    api = core.admin().lakeview
    draft = api.create(dashboards.Dashboard(display_name="Drift", warehouse_id="w", parent_path="/Workspace/mlops"))
    api.publish(str(draft.dashboard_id), warehouse_id="w")
    assert api.get(str(draft.dashboard_id)).display_name == "Drift"
    assert api.get_published(str(draft.dashboard_id)).display_name == "Drift"


def test_a_warehouse_is_started(core: Core) -> None:
    """Starting a warehouse that runs changes nothing."""
    admin = core.admin()
    made = admin.warehouses.create(name="w", cluster_size="Small", max_num_clusters=1, auto_stop_mins=10).result()
    admin.warehouses.start(str(made.id))
    assert admin.warehouses.get(str(made.id)).state is sql.State.RUNNING


def _alert(query_text: str = "select 1 as n", run_as: sql.AlertV2RunAs | None = None) -> sql.AlertV2:
    value = sql.AlertV2Operand(value=sql.AlertV2OperandValue(double_value=0))
    evaluation = sql.AlertV2Evaluation(
        comparison_operator=sql.ComparisonOperator.GREATER_THAN,
        source=sql.AlertV2OperandColumn(name="n"),
        threshold=value,
    )
    schedule = sql.CronSchedule(quartz_cron_schedule="0 0 6 * * ?", timezone_id="UTC")
    return sql.AlertV2(
        display_name="drift",
        query_text=query_text,
        warehouse_id="w",
        evaluation=evaluation,
        schedule=schedule,
        run_as=run_as,
    )
