"""One plan for each rule about what guards a resource, by the rule's name."""

from typing import Any

from tests.policies.review.plans import change, plan


def _changed(kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> tuple[dict[str, Any], tuple[()]]:
    return plan(change(f"{kind}.x", ["create"] if before is None else ["update"], before, after)), ()


_CONDITION = {"task_key": "a", "condition_task": [{"left": "1", "op": "EQUAL_TO", "right": "2"}]}
_FLOW = {"name": "r", "access": "Allow", "source_address_prefix": "10.0.0.0/8"}

GUARD_EXAMPLES: dict[str, tuple[dict[str, Any], tuple[()]]] = {
    "server administrators changed": _changed(
        "azurerm_mssql_server", None, {"azuread_administrator": [{"login_username": "ann", "object_id": "1"}]}
    ),
    "compute settings changed": _changed("databricks_cluster", {"single_user_name": "a"}, {"single_user_name": "b"}),
    "identity renamed": _changed("databricks_group", {"display_name": "interns"}, {"display_name": "prod-owners"}),
    "sign-in addresses changed": _changed("databricks_ip_access_list", {"enabled": True}, {"enabled": False}),
    "external model added": _changed(
        "databricks_model_serving", None, {"config": [{"served_entities": [{"external_model": [{"name": "m"}]}]}]}
    ),
    "job tasks changed": _changed("databricks_job", {"task": [_CONDITION]}, {"task": []}),
    "endpoint gateway changed": _changed(
        "databricks_model_serving", {"ai_gateway": [{"rate_limits": [{"calls": 1}]}]}, {"ai_gateway": []}
    ),
    "protection changed": _changed(
        "azurerm_storage_account", {"min_tls_version": "TLS1_2"}, {"min_tls_version": "TLS1_0"}
    ),
    "network routing changed": _changed(
        "azurerm_network_security_rule",
        {**_FLOW, "destination_port_range": "443"},
        {**_FLOW, "destination_port_range": "*"},
    ),
    "network connection added": _changed(
        "azurerm_virtual_network_peering", None, {"remote_virtual_network_id": "/other"}
    ),
    "notification changed": _changed("azurerm_monitor_metric_alert", {"enabled": True}, {"enabled": False}),
}
