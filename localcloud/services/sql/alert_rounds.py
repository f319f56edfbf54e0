"""Evaluates alerts when the local clock passes their schedules, as their principal, and notifies their subscribers."""

from collections.abc import Mapping
from datetime import datetime

from localcloud.kernel import identity
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document
from localcloud.services.sql import requests
from localcloud.services.sql.alert_states import ERROR, TRIGGERED, EvaluationError, Rows, is_told, state
from localcloud.services.sql.execute import execute
from localcloud.services.sql.outbox import NotDeliveredError, Notification, deliver, mail
from localcloud.services.sql.routes import warehouses
from schedules import ScheduleError, last_fire

KIND = "alert_v2"
DESTINATIONS = "notification_destination"
_TOLD_AT = "_told_at"


def evaluate_due(cloud: Cloud, was: datetime, now: datetime) -> list[Document]:
    """Evaluate each alert that is due after `was` and up to `now`, once. Returns the results."""
    found = [(alert, _due(alert, was, now)) for alert in cloud.store.all(KIND)]
    return [_evaluated(cloud, alert, at) for alert, at in found if at is not None]


def _due(alert: Document, was: datetime, now: datetime) -> datetime | None:
    try:
        schedule = alert["schedule"]
        if schedule.get("pause_status") == "PAUSED":
            return None
        return last_fire(schedule["quartz_cron_schedule"], schedule["timezone_id"], was, now)
    except (ScheduleError, LookupError, TypeError, AttributeError):
        # As on Databricks, such a schedule never fires.
        return None


def _evaluated(cloud: Cloud, alert: Document, at: datetime) -> Document:
    evaluation = alert["evaluation"]
    was, problem = evaluation.get("state"), ""
    rows: Rows = []
    try:
        rows = _rows(cloud, alert)
        found = state(evaluation, rows)
    except ApiError as error:
        found, problem = ERROR, error.message
    except EvaluationError as error:
        found, problem = ERROR, str(error)
    except Exception as error:  # noqa: BLE001 - what one alert says wrongly, the others are due all the same
        found, problem = ERROR, f"{type(error).__name__}: {error}"
    told_at = datetime.fromisoformat(alert[_TOLD_AT]) if alert.get(_TOLD_AT) else None
    told: list[str] = []
    failed: list[str] = []
    if is_told(evaluation, was, found, told_at=told_at, at=at):
        told, failed = _tell(cloud, alert, _notification(alert, found, rows, problem))
    seen = {**evaluation, "state": found, "last_evaluated_at": at.isoformat()}
    kept = {**alert, "evaluation": seen, **({_TOLD_AT: at.isoformat()} if told else {})}
    cloud.store.put(KIND, alert["id"], kept)
    return {
        "workspace": alert["_workspace"],
        "alert": alert["display_name"],
        "at": at.isoformat(),
        "state": found,
        "problem": problem,
        "told": told,
        "undelivered": failed,
    }


def _rows(cloud: Cloud, alert: Document) -> Rows:
    """The result of its query for its principal. Raises `ApiError`."""
    run_as = alert.get("run_as") or {}
    who = run_as.get("service_principal_name") or run_as.get("user_name") or alert["_owner"]
    caller = identity.acting_as(cloud, who, cloud.workspace(alert["_workspace"]))
    warehouses.require(cloud, caller, alert["warehouse_id"], "CAN_USE")
    request = requests.read({"statement": alert["query_text"], "warehouse_id": alert["warehouse_id"]})
    result = execute(cloud, caller, request, f"alert-{alert['id']}")
    names = [name for name, _ in result.columns]
    return [dict(zip(names, row, strict=True)) for index in range(result.chunk_count) for row in result.rows(index)]


def _notification(alert: Document, found: str, rows: Rows, problem: str) -> Notification:
    title = f'Alert "{alert["display_name"]}" changed status to {found}'
    values = {"ALERT_NAME": alert["display_name"], "ALERT_STATUS": found, "QUERY_RESULT_TABLE": _listed(rows)}
    summary = _filled(alert.get("custom_summary") or title, values)
    description = _filled(alert.get("custom_description") or "", values) if found == TRIGGERED else problem
    described = {"id": alert["id"], "name": alert["display_name"], "state": found}
    body = {"event": "alert_state_change", "alert": {"title": title, "description": description, "alert": described}}
    return Notification(subject=f"[{found}] {summary}", text=f"{title}\n\n{description}", body=body)


def _listed(rows: Rows) -> str:
    return "\n\n".join("\n".join(f"{name}: {'' if v is None else v}" for name, v in row.items()) for row in rows)


def _filled(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{{{name}}}}}", value)
    return template


def _tell(cloud: Cloud, alert: Document, notification: Notification) -> tuple[list[str], list[str]]:
    """Destinations of successful deliveries, and errors."""
    subscriptions = (alert["evaluation"].get("notification") or {}).get("subscriptions") or []
    told, failed = [], []
    for subscription in subscriptions:
        try:
            told.append(_told(cloud, subscription, notification))
        except NotDeliveredError as error:
            failed.append(str(error))
        except Exception as error:  # noqa: BLE001 - nor does an address that is none; its text may hold a secret
            failed.append(type(error).__name__)
    return told, failed


def _told(cloud: Cloud, subscription: Document, notification: Notification) -> str:
    if subscription.get("user_email"):
        return mail(cloud, [subscription["user_email"]], notification)
    destination = cloud.store.get(DESTINATIONS, subscription["destination_id"])
    if destination is None:
        raise NotDeliveredError("its destination was deleted")
    return deliver(cloud, destination, notification)
