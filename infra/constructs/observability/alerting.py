"""Notifications: a destination, a query, and an alert on it."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks


@dataclass(frozen=True, kw_only=True)
class DestinationProps:
    """E-mail addresses under a name. No webhook: its URL is a secret, which would be stored in the state."""

    name: str
    emails: tuple[str, ...]


def destination(scope: Scope, id_: str, props: DestinationProps) -> None:
    """The notification destination."""
    binding = databricks.notification_destination
    binding.NotificationDestination(
        scope,
        id_,
        display_name=props.name,
        config=binding.NotificationDestinationConfigA(
            email=binding.NotificationDestinationConfigEmail(addresses=list(props.emails))
        ),
    )


def destination_id(scope: Scope, id_: str, name: str) -> str:
    """A reference to the id of the destination called `name`, which another stack created."""
    found = databricks.data_databricks_notification_destinations.DataDatabricksNotificationDestinations(
        scope, id_, display_name_contains=name, type="EMAIL"
    )
    return f"${{one({found.fqn}.notification_destinations[*].id)}}"


@dataclass(frozen=True, kw_only=True)
class QueryProps:
    """A query that people open in the SQL editor."""

    name: str
    description: str
    text: str
    warehouse_id: str
    parent_path: str


def query(scope: Scope, id_: str, props: QueryProps) -> None:
    """The query. Everyone runs it with their own rights."""
    databricks.query.Query(
        scope,
        id_,
        display_name=props.name,
        description=props.description,
        query_text=props.text,
        warehouse_id=props.warehouse_id,
        parent_path=props.parent_path,
        run_as_mode="VIEWER",
    )


@dataclass(frozen=True, kw_only=True)
class AlertProps:
    """An alert that is raised while `column` of the first row of `text` is above `threshold`.

    `run_as` is an application id, `destination_id` the recipients.
    """

    name: str
    text: str
    column: str
    threshold: float
    summary: str
    description: str
    warehouse_id: str
    parent_path: str
    run_as: str
    destination_id: str
    cron: str
    timezone: str


def alert(scope: Scope, id_: str, props: AlertProps) -> None:
    """The alert. A query without rows, or one that fails, is an error and never `ok`."""
    binding = databricks.alert_v2
    told = [binding.AlertV2EvaluationNotificationSubscriptions(destination_id=props.destination_id)]
    binding.AlertV2(
        scope,
        id_,
        display_name=props.name,
        query_text=props.text,
        warehouse_id=props.warehouse_id,
        parent_path=props.parent_path,
        custom_summary=props.summary,
        custom_description=props.description,
        run_as=binding.AlertV2RunAs(service_principal_name=props.run_as),
        evaluation=binding.AlertV2Evaluation(
            source=binding.AlertV2EvaluationSource(name=props.column),
            comparison_operator="GREATER_THAN",
            threshold=binding.AlertV2EvaluationThreshold(
                value=binding.AlertV2EvaluationThresholdValue(double_value=props.threshold)
            ),
            empty_result_state="ERROR",
            notification=binding.AlertV2EvaluationNotification(notify_on_ok=True, subscriptions=told),
        ),
        schedule=binding.AlertV2Schedule(
            quartz_cron_schedule=props.cron,
            timezone_id=props.timezone,
            # The default, set explicitly because the API returns it.
            pause_status="UNPAUSED",
        ),
    )
