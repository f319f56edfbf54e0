"""Validation of budgets and their generated fields. Pure except for new ids and times."""

import uuid
from collections.abc import Collection
from decimal import Decimal, InvalidOperation

from localcloud.kernel.body import only, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_NAME_LIMIT = 128
_ALERTS_LIMIT = 4
# What each field of an alert and of its actions may be.
_ALERT = {
    "quantity_type": ("LIST_PRICE_DOLLARS_USD",),
    "time_period": ("MONTH",),
    "trigger_type": ("CUMULATIVE_SPENDING_EXCEEDED",),
}
_ACTIONS = ("EMAIL_NOTIFICATION",)
_OPERATORS = ("IN",)


def made(account_id: str, body: Document, before: Document | None = None) -> Document:
    """The budget in `body`, with ids and times. Raises `ApiError` 400 naming every problem."""
    only(body, "account_id", "budget_configuration_id", "display_name", "filter", "alert_configurations")
    name = str(required(body, "display_name"))
    if len(name) > _NAME_LIMIT:
        raise bad_request(f"display_name has {len(name)} characters: at most {_NAME_LIMIT} are taken.")
    at_ms = now_ms()
    known = before or {"budget_configuration_id": str(uuid.uuid4()), "create_time": at_ms}
    return {
        "account_id": account_id,
        "budget_configuration_id": known["budget_configuration_id"],
        "display_name": name,
        "filter": _filter(body.get("filter") or {}),
        "alert_configurations": _alerts(body.get("alert_configurations") or []),
        "create_time": known["create_time"],
        "update_time": at_ms,
    }


def _alerts(given: list[Document]) -> list[Document]:
    if not given:
        raise bad_request("A budget has at least one of alert_configurations.")
    if len(given) > _ALERTS_LIMIT:
        raise bad_request(f"A budget has {_ALERTS_LIMIT} alert_configurations at most; given: {len(given)}.")
    alerts = [_alert(each) for each in given]
    if len({each["quantity_threshold"] for each in alerts}) < len(alerts):
        raise bad_request("Each of a budget's alert_configurations has its own quantity_threshold.")
    return alerts


def _alert(given: Document) -> Document:
    only(given, "alert_configuration_id", "action_configurations", "quantity_threshold", *_ALERT)
    for field, allowed in _ALERT.items():
        _one_of(field, required(given, field), allowed)
    return {
        "alert_configuration_id": given.get("alert_configuration_id") or str(uuid.uuid4()),
        **{field: given[field] for field in _ALERT},
        "quantity_threshold": _threshold(required(given, "quantity_threshold")),
        "action_configurations": [_action(each) for each in given.get("action_configurations") or []],
    }


def _action(given: Document) -> Document:
    only(given, "action_configuration_id", "action_type", "target")
    kind, target = required(given, "action_type", "target")
    _one_of("action_type", kind, _ACTIONS)
    identifier = given.get("action_configuration_id") or str(uuid.uuid4())
    return {"action_configuration_id": identifier, "action_type": kind, "target": target}


def _threshold(given: object) -> str:
    try:
        positive = Decimal(str(given)) > 0
    except InvalidOperation:
        positive = False
    if not positive:
        raise bad_request(f"quantity_threshold {given!r} is not a number above 0.")
    return str(given)


def _filter(given: Document) -> Document:
    only(given, "workspace_id", "tags")
    if workspaces := given.get("workspace_id"):
        _clause("workspace_id", workspaces)
    for tag in given.get("tags") or []:
        only(tag, "key", "value")
        _clause(f"tag {required(tag, 'key')}", required(tag, "value"))
    return given


def _clause(of: str, given: Document) -> None:
    only(given, "operator", "values")
    _one_of(f"operator of {of}", given.get("operator"), _OPERATORS)
    required(given, "values")


def _one_of(field: str, given: object, allowed: Collection[object]) -> None:
    if given not in allowed:
        raise bad_request(f"{field} '{given}' is not one of {', '.join(map(str, allowed))}.")
