"""Findings of stacks and plans: full addresses, three results, and no verdict on what cannot be read."""

import json
from typing import Any

import pytest

from policies.checks.engine.rule import Severity
from policies.checks.engine.verdict import Result
from policies.findings import Finding, findings_of
from policies.terraform.synthesized import UnreadableDocument

_METASTORE = {"name": "m", "owner": "platform-admins", "lifecycle": {"prevent_destroy": True}}


def _plan(**more: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "planned_values": {}, "resource_changes": [], **more}


def _change(address: str, after: Any, *, unknown: Any = None, actions: tuple[str, ...] = ("create",)) -> dict[str, Any]:
    type_, _, name = address.rpartition("module.a.")[2].partition(".")
    change = {"actions": list(actions), "after": after, "after_unknown": unknown or {}}
    named = name.partition("[")[0]
    return {"address": address, "mode": "managed", "type": type_, "name": named, "change": change}


def _of(raw: dict[str, Any], rule: str) -> list[Finding]:
    return [one for one in findings_of(raw) if one.rule == rule]


def test_a_finding_names_rule_severity_address_result_and_reason() -> None:
    """All five parts, on a synthesized stack."""
    stack = {"resource": {"databricks_catalog": {"lake": {"name": "prod", "isolation_mode": "OPEN"}}}}
    assert _of(stack, "CKV_MLOPS_11") == [
        Finding(
            "CKV_MLOPS_11",
            Severity.HIGH,
            "databricks_catalog.lake",
            Result.FAIL,
            "isolation_mode is OPEN; allowed: ISOLATED",
        )
    ]


def test_a_plan_keeps_modules_and_indices_in_the_address() -> None:
    """Two resources of one block are two findings."""
    changes = [_change(f'module.a.databricks_catalog.c["{key}"]', {"name": key}) for key in ("x", "y")]
    found = _of(_plan(resource_changes=changes), "CKV_MLOPS_11")
    assert [one.address for one in found] == [
        'module.a.databricks_catalog.c["x"]',
        'module.a.databricks_catalog.c["y"]',
    ]


def test_what_terraform_will_only_know_is_unknown_and_blocks_where_grave() -> None:
    """A configured value that is not known yet: no pass; one that nobody configured is the default."""
    configured = {
        "root_module": {
            "resources": [
                {
                    "address": "databricks_catalog.c",
                    "expressions": {"isolation_mode": {"references": ["var.isolation"]}},
                }
            ]
        }
    }
    change = _change("databricks_catalog.c", {"name": "prod"}, unknown={"isolation_mode": True})
    (found,) = _of(_plan(resource_changes=[change], configuration=configured), "CKV_MLOPS_11")
    assert (found.result, found.blocks) == (Result.UNKNOWN, True)
    assert found.reason == "isolation_mode is computed (${var.isolation}); a literal could be checked"
    (unset,) = _of(_plan(resource_changes=[change]), "CKV_MLOPS_11")
    assert (unset.result, unset.reason) == (Result.FAIL, "isolation_mode is not set; allowed: ISOLATED")


def test_unknown_of_a_medium_rule_does_not_block() -> None:
    """It is said, and no more."""
    stack = {"resource": {"databricks_sql_endpoint": {"w": {"name": "w", "auto_stop_mins": "${var.minutes}"}}}}
    (found,) = _of(stack, "CKV_MLOPS_30")
    assert (found.result, found.blocks) == (Result.UNKNOWN, False)


def test_what_a_plan_destroys_is_not_judged() -> None:
    """There is nothing left that could be wrong."""
    gone = _change("databricks_catalog.c", None, actions=("delete",))
    assert findings_of(_plan(resource_changes=[gone])) == []


def test_a_principal_known_by_id_at_plan_time_counts_by_its_name() -> None:
    """Grants hold application ids by then; the name comes from the data source that read them."""
    grant = {"catalog": "prod", "grant": [{"principal": "4711-app", "privileges": ["MODIFY"]}]}
    reader = {
        "address": "data.databricks_service_principal.p",
        "mode": "data",
        "type": "databricks_service_principal",
        "name": "p",
        "values": {"application_id": "4711-app", "display_name": "dev-credit-training"},
    }
    plan = _plan(
        resource_changes=[_change("databricks_grants.g", grant)],
        prior_state={"values": {"root_module": {"resources": [reader]}}},
    )
    (found,) = _of(plan, "CKV_MLOPS_2")
    assert (found.result, found.reason) == (
        Result.FAIL,
        "dev-credit-training holds MODIFY on production; allowed: reading",
    )


def test_reasons_never_show_a_secret() -> None:
    """A finding about a password is read by more people than the password."""
    secret = "hunter2hunter2"
    stack = {
        "resource": {
            "databricks_secret": {"s": {"key": "k", "string_value": secret}},
            "azurerm_key_vault_secret": {"s": {"name": "k", "value": secret}},
            "databricks_cluster": {"c": {"spark_env_vars": {"API_TOKEN": secret}}},
            "databricks_model_serving": {
                "m": {"config": {"served_entities": [{"environment_vars": {"API_TOKEN": secret}}]}}
            },
        }
    }
    failed = [one for one in findings_of(stack) if one.result is Result.FAIL]
    assert {"CKV_MLOPS_33", "CKV_MLOPS_34", "CKV_MLOPS_35"} <= {one.rule for one in failed}
    assert secret not in json.dumps([one.reason for one in failed])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({}, "top-level keys are none"),
        ({"version": 4, "serial": 3}, "top-level keys are serial, version"),
        ({"format_version": "2.0", "resource_changes": []}, "plan format 2.0 is not known; 1.x is"),
        ({"resource_changes": []}, "format_version is 'None'"),
        (
            {"format_version": "1.2", "planned_values": {}, "errored": True, "resource_changes": []},
            "the plan is errored",
        ),
        ({"format_version": "1.2", "planned_values": {"root_module": {"resources": [{}]}}}, "is not a list"),
    ],
    ids=["nothing", "a-state", "newer-format", "no-format", "errored", "changes-missing"],
)
def test_what_is_no_stack_and_no_plan_is_refused(raw: dict[str, Any], said: str) -> None:
    """Never an empty list of findings for what was not understood."""
    with pytest.raises(UnreadableDocument, match=said):
        findings_of(raw)


def test_a_resource_type_that_no_rule_knows_is_passed_over() -> None:
    """And does not hide the others."""
    stack = {"resource": {"azurerm_brand_new": {"n": {"a": 1}}, "databricks_metastore": {"m": _METASTORE}}}
    assert {one.address for one in findings_of(stack)} == {"databricks_metastore.m"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"resource": [{"databricks_metastore": {"m": _METASTORE}}]}, "resource is a list, a form that is not read"),
        ({"resource": {"databricks_metastore": [{"m": _METASTORE}]}}, "resource.databricks_metastore is a list"),
        ({"resource": {"databricks_metastore": {"m": [_METASTORE]}}}, "resource.databricks_metastore.m is a list"),
        ({"resource": {}, "data": [{}]}, "data is a list"),
        ({"resource": {}, "provider": [{"databricks": {"host": "x"}}]}, "provider is a list"),
        ({"resource": {}, "module": {"m": {"source": "./m"}}}, "calls modules, whose resources only a plan shows"),
        ({"resource": {}, "resources": {"databricks_metastore": {}}}, "top-level keys resources are not read"),
    ],
)
def test_a_part_of_another_form_does_not_count_as_absent(raw: dict[str, Any], said: str) -> None:
    """Terraform takes lists of objects and modules too; checkov passes over them in silence."""
    with pytest.raises(UnreadableDocument, match=said):
        findings_of(raw)
