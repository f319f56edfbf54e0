"""Values that the providers' schemas take as any text, and arguments that exclude each other, which they do not say.

The values are those of the Databricks SDK's enums: it speaks to the same API. Where it has none, the provider's
documentation is named.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any
from zoneinfo import available_timezones

import pytest
from databricks.sdk.service import billing, catalog, compute, iam, jobs, settings, sql, workspace

from tests.infra.conftest import Documents


def _of(kind: type[Enum]) -> frozenset[str]:
    return frozenset(member.value for member in kind)


_NETWORK = "databricks_account_network_policy.egress.network_access"
_ALERT = "databricks_budget.alert_configurations"
ALLOWED: dict[str, frozenset[str]] = {
    f"{_NETWORK}.restriction_mode": _of(settings.EgressNetworkPolicyNetworkAccessPolicyRestrictionMode),
    f"{_NETWORK}.policy_enforcement.enforcement_mode": _of(
        settings.EgressNetworkPolicyNetworkAccessPolicyPolicyEnforcementEnforcementMode
    ),
    f"{_NETWORK}.allowed_internet_destinations.internet_destination_type": frozenset({"DNS_NAME"}),
    "databricks_alert_v2.evaluation.comparison_operator": _of(sql.ComparisonOperator),
    "databricks_alert_v2.evaluation.empty_result_state": _of(sql.AlertEvaluationState),
    "databricks_alert_v2.schedule.pause_status": _of(sql.SchedulePauseStatus),
    "databricks_alert_v2.schedule.timezone_id": frozenset(available_timezones()),
    f"{_ALERT}.action_configurations.action_type": _of(billing.ActionConfigurationType),
    f"{_ALERT}.quantity_type": _of(billing.AlertConfigurationQuantityType),
    f"{_ALERT}.time_period": _of(billing.AlertConfigurationTimePeriod),
    f"{_ALERT}.trigger_type": _of(billing.AlertConfigurationTriggerType),
    "databricks_budget.filter.workspace_id.operator": _of(billing.BudgetConfigurationFilterOperator),
    "databricks_catalog.isolation_mode": _of(catalog.CatalogIsolationMode),
    # Documentation of databricks_entity_tag_assignment.
    "databricks_entity_tag_assignment.entity_type": frozenset({"catalogs", "schemas", "tables", "columns", "volumes"}),
    "databricks_external_location.isolation_mode": _of(catalog.IsolationMode),
    # The SDK lacks one, which Azure Databricks documents: "Upgrade ML workflows to target models in Unity Catalog".
    "databricks_grants.grant.privileges": _of(catalog.Privilege) | {"CREATE_MODEL_VERSION"},
    "databricks_grant.privileges": _of(catalog.Privilege),
    "databricks_ip_access_list.list_type": _of(settings.ListType),
    "databricks_job.health.rules.metric": _of(jobs.JobsHealthMetric),
    "databricks_job.health.rules.op": _of(jobs.JobsHealthOperator),
    "databricks_job.job_cluster.new_cluster.data_security_mode": _of(compute.DataSecurityMode),
    "databricks_job.schedule.pause_status": _of(jobs.PauseStatus),
    "databricks_job.schedule.timezone_id": frozenset(available_timezones()),
    "databricks_job.task.condition_task.op": _of(jobs.ConditionTaskOp),
    "databricks_job.task.depends_on.outcome": frozenset({"true", "false"}),
    "databricks_job.trigger.model.condition": _of(jobs.ModelTriggerConfigurationCondition),
    "databricks_job.trigger.pause_status": _of(jobs.PauseStatus),
    "databricks_metastore.delta_sharing_scope": _of(catalog.DeltaSharingScopeEnum),
    # Documentation of databricks_model_serving.
    "databricks_model_serving.config.served_entities.workload_size": frozenset({"Small", "Medium", "Large"}),
    "databricks_mws_permission_assignment.permissions": _of(iam.WorkspacePermission) - {"UNKNOWN"},
    # The services of a storage account that a private endpoint can reach.
    "databricks_mws_ncc_private_endpoint_rule.group_id": frozenset({"blob", "dfs"}),
    "databricks_online_store.capacity": frozenset({"CU_1", "CU_2", "CU_4", "CU_8"}),
    "databricks_permissions.access_control.permission_level": _of(iam.PermissionLevel),
    "databricks_policy_info.for_securable_type": _of(catalog.SecurableType),
    "databricks_policy_info.on_securable_type": frozenset({"CATALOG", "SCHEMA", "TABLE"}),
    "databricks_policy_info.policy_type": _of(catalog.PolicyType),
    "databricks_quality_monitor.inference_log.problem_type": _of(catalog.MonitorInferenceLogProblemType),
    # Documentation of Lakehouse monitoring, which counts in the plural too.
    "databricks_quality_monitor.inference_log.granularities": frozenset(
        {"5 minutes", "30 minutes", "1 hour", "1 day", "1 week", "2 weeks", "3 weeks", "4 weeks", "1 month", "1 year"}
    ),
    "databricks_quality_monitor.schedule.timezone_id": frozenset(available_timezones()),
    "databricks_query.run_as_mode": _of(sql.RunAsMode),
    "databricks_restrict_workspace_admins_setting.restrict_workspace_admins.status": _of(
        settings.RestrictWorkspaceAdminsMessageStatus
    ),
    "databricks_secret_acl.permission": _of(workspace.AclPermission),
    "databricks_sql_endpoint.cluster_size": frozenset(f"{size}Small" for size in ("2X-", "X-", ""))
    | frozenset({"Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large"}),
    "databricks_sql_endpoint.warehouse_type": _of(sql.CreateWarehouseRequestWarehouseType),
    "databricks_storage_credential.isolation_mode": _of(catalog.IsolationMode),
    "databricks_volume.volume_type": _of(catalog.VolumeType),
    "databricks_workspace_binding.binding_type": _of(catalog.WorkspaceBindingBindingType),
    # Documentation of databricks_workspace_binding.
    "databricks_workspace_binding.securable_type": frozenset(
        {"catalog", "external_location", "storage_credential", "credential"}
    ),
}
# Documentation of databricks_permissions: the levels that each kind of object has.
LEVELS = {
    "authorization": {"CAN_USE", "CAN_MANAGE"},
    "cluster_policy_id": {"CAN_USE"},
    "database_instance_name": {"CAN_USE", "CAN_MANAGE"},
    "directory_path": {"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"},
    "dashboard_id": {"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"},
    "experiment_id": {"CAN_READ", "CAN_EDIT", "CAN_MANAGE"},
    "instance_pool_id": {"CAN_ATTACH_TO", "CAN_MANAGE"},
    "job_id": {"CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"},
    "repo_id": {"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"},
    "serving_endpoint_id": {"CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"},
    "sql_endpoint_id": {"CAN_USE", "CAN_MONITOR", "CAN_VIEW", "CAN_MANAGE", "IS_OWNER"},
}
# Azure Databricks, "Unity Catalog privileges and securable objects": beyond what also holds for what lies below.
_TABLES = {"SELECT", "MODIFY", "APPLY_TAG", "MANAGE"}
_VOLUMES = {"READ_VOLUME", "WRITE_VOLUME", "APPLY_TAG", "MANAGE"}
_MODELS = {"EXECUTE", "CREATE_MODEL_VERSION", "APPLY_TAG", "MANAGE"}
_SCHEMAS = _TABLES | _VOLUMES | _MODELS | {"USE_SCHEMA", "CREATE_TABLE", "CREATE_VOLUME", "CREATE_FUNCTION"}
PRIVILEGES = {
    "catalog": _SCHEMAS | {"USE_CATALOG", "CREATE_SCHEMA"},
    "schema": _SCHEMAS,
    "table": _TABLES,
    "volume": _VOLUMES,
    "model": _MODELS,
}
_CAPITALS = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# Texts that people chose, not the API.
_OURS = frozenset({"databricks_ip_access_list.label"})


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
    elif isinstance(value, str):
        yield path, value


def _resources(documents: Documents) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(type, address, arguments) of every Databricks resource."""
    for stack, document in documents.items():
        for type_, instances in document["resource"].items():
            if type_.startswith("databricks_"):
                for name, arguments in instances.items():
                    own = {key: value for key, value in arguments.items() if key not in ("lifecycle", "depends_on")}
                    yield type_, f"{stack} {type_}.{name}", own


def test_every_value_is_one_that_the_api_knows(documents: Documents) -> None:
    """The schemas call these text; the API refuses another value, at apply."""
    wrong = {
        f"{address}: {path}={text}"
        for type_, address, arguments in _resources(documents)
        for path, text in _texts(arguments, type_)
        if path in ALLOWED and text not in ALLOWED[path]
    }
    assert wrong == set()


def test_no_value_in_capitals_goes_unchecked(documents: Documents) -> None:
    """What looks like an enum is in the table above, so a new one must be looked up."""
    found = {
        path
        for type_, _, arguments in _resources(documents)
        for path, text in _texts(arguments, type_)
        if _CAPITALS.fullmatch(text) and len(text) > 1
    }
    assert sorted(found - ALLOWED.keys() - _OURS) == []


def test_the_table_names_nothing_that_is_not_used(documents: Documents) -> None:
    """Each entry but those that only a setting brings is about an argument of the shipped stacks."""
    used = {path for type_, _, arguments in _resources(documents) for path, _ in _texts(arguments, type_)}
    only_by_setting = {
        f"{_NETWORK}.allowed_internet_destinations.internet_destination_type",
        "databricks_metastore.delta_sharing_scope",
    }
    assert ALLOWED.keys() - used <= only_by_setting


def test_each_object_has_the_levels_that_it_is_given(documents: Documents) -> None:
    """A job knows no CAN_READ, an experiment no CAN_VIEW."""
    for type_, address, arguments in _resources(documents):
        if type_ == "databricks_permissions":
            [target] = LEVELS.keys() & arguments.keys()
            assert {entry["permission_level"] for entry in arguments["access_control"]} <= LEVELS[target], address


def test_each_securable_has_the_privileges_that_it_is_given(documents: Documents) -> None:
    """No WRITE_VOLUME on a model, no USE_CATALOG on a schema."""
    for type_, address, arguments in _resources(documents):
        if type_ == "databricks_grants":
            [securable] = PRIVILEGES.keys() & arguments.keys()
            held = {privilege for grant in arguments["grant"] for privilege in grant["privileges"]}
            assert held <= PRIVILEGES[securable], address


# Of these arguments a resource (or a block in it) has exactly one, or at most one.
_ONE_TASK = ("python_wheel_task", "run_job_task", "condition_task", "for_each_task", "sql_task", "notebook_task")
EXACTLY_ONE = {
    "databricks_job.task": _ONE_TASK,
    "databricks_job.job_cluster.new_cluster": ("num_workers", "autoscale"),
    "databricks_policy_info": ("column_mask", "row_filter"),
    "databricks_quality_monitor": ("inference_log", "snapshot", "time_series"),
    "databricks_storage_credential": ("azure_managed_identity", "azure_service_principal", "aws_iam_role"),
    "databricks_notification_destination.config": ("email", "slack", "microsoft_teams", "pagerduty", "generic_webhook"),
    "databricks_grants": ("catalog", "schema", "table", "volume", "model", "function", "external_location"),
    "databricks_permissions.access_control": ("group_name", "service_principal_name", "user_name"),
    "databricks_alert_v2.evaluation.threshold.value": ("double_value", "string_value", "bool_value"),
    "databricks_model_serving.config.traffic_config.routes": ("served_entity_name", "served_model_name"),
    "databricks_file": ("source", "content_base64"),
}
AT_MOST_ONE = {
    "databricks_job": ("schedule", "trigger", "continuous"),
    "databricks_model_serving": ("ai_gateway", "rate_limits"),
    "databricks_job.run_as": ("service_principal_name", "user_name", "group_name"),
}


def _blocks(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield path, item
            for name, inner in item.items():
                yield from _blocks(inner, f"{path}.{name}")


def _counts(documents: Documents, rules: dict[str, tuple[str, ...]]) -> dict[str, set[int]]:
    counted: dict[str, set[int]] = defaultdict(set)
    for type_, _, arguments in _resources(documents):
        for path, block in _blocks(arguments, type_):
            if path in rules:
                counted[path].add(len([name for name in rules[path] if name in block]))
    return counted


def test_arguments_that_exclude_each_other_are_not_together(documents: Documents) -> None:
    """A cluster is of fixed size or scales; a job waits for a time or for files; a task does one thing."""
    assert _counts(documents, EXACTLY_ONE) == {path: {1} for path in EXACTLY_ONE}
    assert all(counts <= {0, 1} for counts in _counts(documents, AT_MOST_ONE).values())


@pytest.mark.parametrize(("type_", "argument", "needs"), [("databricks_policy_info", "column_mask", "COLUMN_MASK")])
def test_a_policy_is_of_the_kind_of_its_action(documents: Documents, type_: str, argument: str, needs: str) -> None:
    """`column_mask` belongs to a mask, `row_filter` to a filter."""
    policies = [arguments for kind, _, arguments in _resources(documents) if kind == type_]
    assert policies
    assert all((argument in policy) == policy["policy_type"].endswith(needs) for policy in policies)


def test_a_serverless_warehouse_is_pro(documents: Documents) -> None:
    """Databricks refuses serverless compute for a classic warehouse."""
    kinds: Iterable[dict[str, Any]] = [a for type_, _, a in _resources(documents) if type_ == "databricks_sql_endpoint"]
    assert {(each["enable_serverless_compute"], each["warehouse_type"]) for each in kinds} == {(True, "PRO")}
