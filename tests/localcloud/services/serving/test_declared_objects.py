"""Queries, alerts, destinations, dashboards and monitors through the real SDK: kept, changed, gone."""

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceConflict
from databricks.sdk.service import catalog, dashboards, settings, sql

from tests.localcloud.services.serving.world import World

TABLE = "prod.credit_ops.watched"


def test_an_alert_follows_its_query(world: World) -> None:
    """A query, an alert on it, an update by mask, and both gone; an alert without its query is refused."""
    client = world.client()
    query = client.queries.create(
        query=sql.CreateQueryRequestQuery(display_name="breaches", query_text="select 1", warehouse_id="w")
    )
    operand = sql.AlertConditionOperand(column=sql.AlertOperandColumn(name="breaches"))
    threshold = sql.AlertConditionThreshold(value=sql.AlertOperandValue(double_value=0))
    condition = sql.AlertCondition(op=sql.AlertOperator.GREATER_THAN, operand=operand, threshold=threshold)
    wanted = sql.CreateAlertRequestAlert(display_name="drift", query_id=query.id, condition=condition)
    alert = client.alerts.create(alert=wanted)
    found = client.alerts.get(str(alert.id))
    assert (found.display_name, found.condition, found.state) == ("drift", condition, sql.AlertState.UNKNOWN)
    change = sql.UpdateAlertRequestAlert(display_name="drift in prod", seconds_to_retrigger=3600)
    client.alerts.update(str(alert.id), update_mask="display_name", alert=change)
    changed = client.alerts.get(str(alert.id))
    assert (changed.display_name, changed.seconds_to_retrigger) == ("drift in prod", 0)
    client.alerts.delete(str(alert.id))
    client.queries.delete(str(query.id))
    with pytest.raises(NotFound):
        client.alerts.get(str(alert.id))
    with pytest.raises(NotFound, match="Query"):
        client.alerts.create(alert=wanted)


def test_an_alert_of_the_second_generation_notifies_destinations_that_exist(world: World) -> None:
    """Its subscription must name a known destination, whose URL is never shown again."""
    client = world.client()
    webhook = settings.GenericWebhookConfig(url="https://hooks.example.com/secret")
    destination = client.notification_destinations.create(
        display_name="risk channel", config=settings.Config(generic_webhook=webhook)
    )
    assert destination.destination_type == settings.DestinationType.WEBHOOK
    shown = client.notification_destinations.get(str(destination.id)).config
    assert shown == settings.Config(generic_webhook=settings.GenericWebhookConfig(url_set=True))

    def alert(destination_id: str) -> sql.AlertV2:
        return sql.AlertV2(
            display_name="drift",
            query_text="select count(*) as n from prod.credit_ops.metrics where verdict = 'breach'",
            warehouse_id="w",
            evaluation=sql.AlertV2Evaluation(
                comparison_operator=sql.ComparisonOperator.GREATER_THAN,
                source=sql.AlertV2OperandColumn(name="n"),
                threshold=sql.AlertV2Operand(value=sql.AlertV2OperandValue(double_value=0)),
                notification=sql.AlertV2Notification(
                    subscriptions=[sql.AlertV2Subscription(destination_id=destination_id)]
                ),
            ),
            schedule=sql.CronSchedule(quartz_cron_schedule="0 0 6 * * ?", timezone_id="UTC"),
        )

    with pytest.raises(NotFound, match="ghost"):
        client.alerts_v2.create_alert(alert("ghost"))
    created = client.alerts_v2.create_alert(alert(str(destination.id)))
    renamed = alert(str(destination.id))
    renamed.display_name = "drift in prod"
    client.alerts_v2.update_alert(str(created.id), renamed, "display_name")
    assert [a.display_name for a in client.alerts_v2.list_alerts()] == ["drift in prod"]
    client.alerts_v2.trash_alert(str(created.id))
    assert list(client.alerts_v2.list_alerts()) == []
    client.notification_destinations.delete(str(destination.id))


def test_destinations_are_for_admins(world: World) -> None:
    """Somebody else may neither create one nor see its configuration."""
    client = world.client()
    webhook = settings.Config(generic_webhook=settings.GenericWebhookConfig(url="https://hooks.example.com/x"))
    kept = client.notification_destinations.create(display_name="kept", config=webhook)
    visitor = client.service_principals.create(display_name="visitor")
    theirs = world.client(world.token(str(visitor.application_id)))
    with pytest.raises(PermissionDenied):
        theirs.notification_destinations.create(display_name="mine", config=webhook)
    assert theirs.notification_destinations.get(str(kept.id)).config is None
    with pytest.raises(BadRequest, match="exactly one"):
        client.notification_destinations.create(display_name="nothing", config=settings.Config())


def test_a_dashboard_is_kept_and_published(world: World) -> None:
    """Draft, change by etag, publication, and all of it gone."""
    api = world.client().lakeview
    draft = api.create(dashboards.Dashboard(display_name="Drift", parent_path="/Shared", warehouse_id="w"))
    assert (draft.path, draft.lifecycle_state) == ("/Shared/Drift.lvdash.json", dashboards.LifecycleState.ACTIVE)
    identifier = str(draft.dashboard_id)
    new = api.update(identifier, dashboards.Dashboard(serialized_dashboard="{}", etag=draft.etag))
    assert new.serialized_dashboard == "{}"
    with pytest.raises(ResourceConflict):
        api.update(identifier, dashboards.Dashboard(serialized_dashboard='{"pages": []}', etag=draft.etag))
    assert api.publish(identifier, warehouse_id="w").display_name == "Drift"
    api.unpublish(identifier)
    with pytest.raises(NotFound, match="not published"):
        api.get_published(identifier)
    api.trash(identifier)
    with pytest.raises(NotFound):
        api.get(identifier)


def test_a_monitor_is_active_at_once_and_counts_its_versions(world: World) -> None:
    """ACTIVE with an integer version, as the Terraform provider waits for; one per existing table."""
    client = world.client()
    body = {"catalog_name": "prod", "schema_name": "credit_ops", "name": "watched", "columns": []}
    assert world.post("/api/2.1/unity-catalog/tables", body).status_code == 200
    api = client.quality_monitors
    snapshot = catalog.MonitorSnapshot()
    created = api.create(TABLE, "prod.credit_ops", "/Shared/monitor", snapshot=snapshot)
    assert (created.status, created.monitor_version) == (catalog.MonitorInfoStatus.MONITOR_STATUS_ACTIVE, 0)
    assert created.drift_metrics_table_name == "prod.credit_ops.watched_drift_metrics"
    updated = api.update(TABLE, "prod.credit_ops", snapshot=snapshot, slicing_exprs=["sex"])
    assert (updated.monitor_version, updated.slicing_exprs) == (1, ["sex"])
    assert api.get(TABLE).assets_dir == "/Shared/monitor"
    with pytest.raises(BadRequest, match="exactly one of"):
        api.update(TABLE, "prod.credit_ops")
    api.delete(TABLE)
    with pytest.raises(NotFound, match="Monitor for table"):
        api.get(TABLE)
    with pytest.raises(NotFound):
        api.create("prod.credit_ops.ghost", "prod.credit_ops", "/Shared/monitor", snapshot=snapshot)
