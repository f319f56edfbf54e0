"""Routes of queries, alerts, destinations, dashboards and warehouses that no story needs."""

from databricks.sdk.service import dashboards, settings, sql

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
    value = sql.AlertV2Operand(value=sql.AlertV2OperandValue(double_value=0))
    evaluation = sql.AlertV2Evaluation(
        comparison_operator=sql.ComparisonOperator.GREATER_THAN,
        source=sql.AlertV2OperandColumn(name="n"),
        threshold=value,
    )
    schedule = sql.CronSchedule(quartz_cron_schedule="0 0 6 * * ?", timezone_id="UTC")
    wanted = sql.AlertV2(
        display_name="drift", query_text="select 1 as n", warehouse_id="w", evaluation=evaluation, schedule=schedule
    )
    made = admin.alerts_v2.create_alert(wanted)
    assert admin.alerts_v2.get_alert(str(made.id)).display_name == "drift"


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
