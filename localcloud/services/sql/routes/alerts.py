"""Queries, alerts (both generations) and notification destinations.

Alerts of the second generation are evaluated when the local clock passes their schedules (`alert_rounds.py`). Those of
the first are stored as declared.
"""

from typing import Any

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.declared_objects import DeclaredObjects
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import rule_sets
from localcloud.services.sql.alert_rounds import DESTINATIONS, KIND

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/alerts")

router = APIRouter(prefix="/api/2.0")
_QUERIES = DeclaredObjects(kind="sql_query", label="Query", object_type="queries")
_ALERTS = DeclaredObjects(kind="sql_alert", label="Alert", object_type="alerts")
_ALERTS_V2 = DeclaredObjects(kind=KIND, label="Alert", object_type="alertsv2")
_DESTINATIONS = DeclaredObjects(kind=DESTINATIONS, label="Notification destination")
_TYPES = {
    "email": "EMAIL",
    "generic_webhook": "WEBHOOK",
    "microsoft_teams": "MICROSOFT_TEAMS",
    "pagerduty": "PAGERDUTY",
    "slack": "SLACK",
}
# Shown as `<field>_set`, never again in the clear.
_SECRETS = ("url", "username", "password", "integration_key", "oauth_token", "channel_id", "auth_secret")


@router.post("/sql/queries")
def create_query(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a query."""
    query: Document = required(body, "query")
    required(query, "display_name", "query_text")
    return _QUERIES.create(cloud, caller, query, _owned(caller) | {"run_as_mode": "OWNER", "apply_auto_limit": False})


@router.post("/sql/alerts")
def create_alert(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create an alert on an existing query."""
    alert: Document = required(body, "alert")
    display_name, query_id, _ = required(alert, "display_name", "query_id", "condition")
    _QUERIES.get(cloud, caller, query_id)
    defaults = {"state": "UNKNOWN", "notify_on_ok": False, "seconds_to_retrigger": 0}
    return _ALERTS.create(cloud, caller, alert | {"display_name": display_name}, _owned(caller) | defaults)


@router.post("/alerts")
def create_alert_v2(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create an alert with its query, schedule and evaluation. Its destinations must exist."""
    required(body, "display_name", "query_text", "warehouse_id", "evaluation", "schedule")
    _require_destinations(cloud, caller, body)
    wanted = body.get("run_as") or {"user_name": caller.principal}
    rule_sets.run_as(cloud, caller, wanted, caller.principal)
    return _ALERTS_V2.create(cloud, caller, _scheduled(body), _owned(caller) | {"effective_run_as": wanted})


@router.patch("/alerts/{identifier}")
def update_alert_v2(
    identifier: str, body: JsonBody, cloud: CloudDep, caller: CallerDep, update_mask: str | None = None
) -> Document:
    """Change the fields in `update_mask`. The caller must be allowed to use the alert's principal."""
    _require_destinations(cloud, caller, body)
    before = _ALERTS_V2.get(cloud, caller, identifier)["effective_run_as"]
    wanted = body.get("run_as") or before
    for each in (before, wanted):
        rule_sets.run_as(cloud, caller, each, caller.principal)
    return _ALERTS_V2.update(cloud, caller, identifier, _scheduled(body), update_mask)


@router.post("/notification-destinations")
def create_destination(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a destination. Admin only. Its secrets are never returned."""
    caller.require_workspace_admin("create notification destinations")
    name, config = required(body, "display_name", "config")
    return _masked(_DESTINATIONS.create(cloud, caller, {"display_name": name, **_typed(config)}, {}))


@router.get("/notification-destinations")
def list_destinations(cloud: CloudDep, caller: CallerDep) -> Document:
    """The destinations of this workspace, without their configuration."""
    found = _DESTINATIONS.all(cloud, caller)
    return {"results": [{f: d[f] for f in ("id", "display_name", "destination_type")} for d in found]}


@router.get("/notification-destinations/{identifier}")
def get_destination(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One destination; its configuration only for admins."""
    found = _masked(_DESTINATIONS.get(cloud, caller, identifier))
    return found if caller.is_workspace_admin else {f: v for f, v in found.items() if f != "config"}


@router.patch("/notification-destinations/{identifier}")
def update_destination(identifier: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the name or the configuration. Admin only; the type stays."""
    caller.require_workspace_admin("change notification destinations")
    current = _DESTINATIONS.get(cloud, caller, identifier)
    changes = {"display_name": body["display_name"]} if body.get("display_name") else {}
    if body.get("config"):
        changes |= _typed(body["config"])
    if changes.get("destination_type", current["destination_type"]) != current["destination_type"]:
        raise bad_request(f"The type of a destination cannot be changed from {current['destination_type']}.")
    return _masked(_DESTINATIONS.update(cloud, caller, identifier, changes, None))


@router.delete("/notification-destinations/{identifier}")
def delete_destination(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a destination. Admin only."""
    caller.require_workspace_admin("delete notification destinations")
    return _DESTINATIONS.delete(cloud, caller, identifier)


def _routes(path: str, objects: DeclaredObjects, listed: str, wrapper: str | None) -> None:
    """The routes that every kind has: list, get, delete, and update if the body is wrapped in `wrapper`."""

    @router.get(path)
    def list_all(cloud: CloudDep, caller: CallerDep) -> Document:
        return {listed: objects.all(cloud, caller)}

    @router.get(f"{path}/{{identifier}}")
    def get(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
        return objects.get(cloud, caller, identifier)

    @router.delete(f"{path}/{{identifier}}")
    def delete(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
        return objects.delete(cloud, caller, identifier)

    if wrapper is not None:

        @router.patch(f"{path}/{{identifier}}")
        def update(identifier: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
            return objects.update(cloud, caller, identifier, required(body, wrapper), body.get("update_mask"))


_routes("/sql/queries", _QUERIES, "results", "query")
_routes("/sql/alerts", _ALERTS, "results", "alert")
_routes("/alerts", _ALERTS_V2, "alerts", None)


def _owned(caller: Caller) -> Document:
    return {"owner_user_name": caller.principal, "lifecycle_state": "ACTIVE"}


def _scheduled(alert: Document) -> Document:
    """The alert with the pause status of its schedule, which answers contain even if it was not set."""
    schedule = alert.get("schedule")
    return {**alert, "schedule": {"pause_status": "UNPAUSED", **schedule}} if isinstance(schedule, dict) else alert


def _typed(config: Document) -> Document:
    given = [name for name, value in config.items() if value is not None]
    if len(given) != 1 or given[0] not in _TYPES:
        raise bad_request(f"config must have exactly one of {', '.join(_TYPES)}; given: {', '.join(given) or 'none'}.")
    return {"config": config, "destination_type": _TYPES[given[0]]}


def _masked(destination: Document) -> Document:
    config = {name: _without_secrets(held) for name, held in destination["config"].items() if held is not None}
    return {**destination, "config": config}


def _without_secrets(held: Document) -> dict[str, Any]:
    plain = {f: v for f, v in held.items() if f not in _SECRETS and not f.endswith("_set")}
    return plain | {f"{field}_set": True for field in _SECRETS if held.get(field)}


def _require_destinations(cloud: Cloud, caller: Caller, alert: Document) -> None:
    """Raise `ApiError` 400 for a subscription to a destination that does not exist."""
    notification = (alert.get("evaluation") or {}).get("notification") or {}
    wanted = [s["destination_id"] for s in notification.get("subscriptions") or [] if s.get("destination_id")]
    known = {d["id"] for d in _DESTINATIONS.all(cloud, caller)}
    absent = [identifier for identifier in wanted if identifier not in known]
    if absent:
        raise not_found(f"Notification destination(s) {', '.join(absent)} do not exist.")
