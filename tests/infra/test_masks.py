"""Sensitive columns: which are hidden, how, and from whom not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import Documents, edit
from tests.infra.find import grants

ENVIRONMENTS = ("prod", "staging")
TAG = {"prod": "mlops_prod_sensitive", "staging": "mlops_staging_sensitive"}


def _all(documents: Documents, stack: str, type_: str) -> dict[str, dict[str, Any]]:
    return dict(documents[stack]["resource"][type_])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_sensitive_column_is_tagged(documents: Documents, environment: str) -> None:
    """In bronze and quarantine as text, in silver and gold with its type; and where the fields of a record shifted."""
    found = _all(documents, f"{environment}-masks", "databricks_entity_tag_assignment").values()
    assert {(tag["entity_type"], tag["tag_key"]) for tag in found} == {("columns", TAG[environment])}
    received = {"sex": "string", "marriage": "string", "age": "string", "_fields": "record"}
    tables = {
        "credit_bronze.applications": received,
        "credit_silver.applications_quarantine": received,
        "credit_silver.applications": {"sex": "int", "marriage": "int", "age": "int"},
        "credit_gold.client_features": {"sex": "int", "age_band": "string"},
    }
    assert {tag["entity_name"]: tag["tag_value"] for tag in found} == {
        f"{environment}.{table}.{column}": how for table, columns in tables.items() for column, how in columns.items()
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_policies_hide_from_everybody_but_one_group(documents: Documents, environment: str) -> None:
    """Each schema masks by a function of the column's own type, and filters records whose fields shifted."""
    policies = _all(documents, f"{environment}-masks", "databricks_policy_info")
    actions = {}
    for policy in policies.values():
        assert policy["to_principals"] == ["account users"]
        assert policy["except_principals"] == [f"{environment}-credit-clear-readers"]
        assert (policy["on_securable_type"], policy["for_securable_type"]) == ("SCHEMA", "TABLE")
        [match] = policy["match_columns"]
        action = policy.get("column_mask") or policy["row_filter"]
        actions[policy["on_securable_fullname"], match["condition"]] = (policy["policy_type"], action["function_name"])

    def how(value: str) -> str:
        return f"hasTagValue('{TAG[environment]}', '{value}')"

    def masked(value: str) -> tuple[str, str]:
        return "POLICY_TYPE_COLUMN_MASK", f"{environment}.credit_ops.hide_{value}"

    filtered = ("POLICY_TYPE_ROW_FILTER", f"{environment}.credit_ops.record_in_place")
    assert actions == {
        (f"{environment}.credit_bronze", how("string")): masked("string"),
        (f"{environment}.credit_bronze", how("record")): filtered,
        (f"{environment}.credit_silver", how("string")): masked("string"),
        (f"{environment}.credit_silver", how("int")): masked("int"),
        (f"{environment}.credit_silver", how("record")): filtered,
        (f"{environment}.credit_gold", how("string")): masked("string"),
        (f"{environment}.credit_gold", how("int")): masked("int"),
    }


def test_who_sees_prods_sensitive_columns(documents: Documents) -> None:
    """Jobs that write them or measure fairness by them, dev's training and promotion too; no scoring, and no person."""
    members = documents["account"]["resource"]["databricks_group_member"].values()
    group = "${databricks_group.group-prod-credit-clear-readers.id}"
    names = {
        m["member_id"].removeprefix("${databricks_").removesuffix(".id}") for m in members if m["group_id"] == group
    }
    seen = ("prod-credit-ingest", "prod-credit-training", "prod-credit-promotion", "prod-credit-monitoring")
    assert names == {
        f"service_principal.principal-{name}" for name in (*seen, "dev-credit-training", "dev-credit-promotion")
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_the_owners_touch_the_tag(documents: Documents, environment: str) -> None:
    """Who could take the tag off a column would see it: one environment's owners, for that environment's own tag."""
    [tag] = _all(documents, f"{environment}-masks", "databricks_tag_policy").values()
    assert (tag["tag_key"], [value["name"] for value in tag["values"]]) == (
        TAG[environment],
        ["int", "record", "string"],
    )
    [rules] = _all(documents, f"{environment}-masks", "databricks_access_control_rule_set").values()
    assert {rule["role"]: rule["principals"] for rule in rules["grant_rules"]} == {
        f"roles/tagPolicy.{role}": [f"groups/{environment}-owners"] for role in ("assigner", "manager")
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_ingest_makes_functions_and_only_owners_set_tags(documents: Documents, environment: str) -> None:
    """Nobody else could put a function there that shows what it should hide."""
    stack = f"{environment}-workspace"
    holders: dict[str, set[str]] = {"CREATE_FUNCTION": set(), "APPLY_TAG": set()}
    for name in documents[stack]["resource"]["databricks_grants"]:
        for who, privileges in grants(documents, stack, name).items():
            for privilege in holders.keys() & privileges:
                holders[privilege].add(f"{who} in {name}")
    assert holders == {
        "CREATE_FUNCTION": {f"{environment}-credit-ingest in credit_ops-grants"},
        "APPLY_TAG": {f"{environment}-owners in credit_{layer}-grants" for layer in ("bronze", "silver", "gold")},
    }
    assert grants(documents, stack, "credit_ops-grants")[f"{environment}-owners"] == {"USE_SCHEMA", "EXECUTE"}


def test_a_policy_is_not_destroyed_by_a_plan(documents: Documents) -> None:
    """Without it, what it hides would be seen."""
    policies = _all(documents, "prod-masks", "databricks_policy_info").values()
    assert all(policy.get("lifecycle") == {"prevent_destroy": True} for policy in policies)


def test_an_environment_without_data_of_its_own_masks_nothing(documents: Documents) -> None:
    """Dev ingests nothing: what it reads, prod masks."""
    assert "dev-masks" not in documents
    assert "group-dev-credit-clear-readers" not in documents["account"]["resource"]["databricks_group"]


def test_a_group_is_let_in_by_name(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """A role with `sensitive: clear` joins the one group that policies except."""
    edit(workspaces / "prod.yaml", "      model-risk: {gold: read", "      model-risk: {sensitive: clear, gold: read")
    members = synthesized("account")["account"]["resource"]["databricks_group_member"]
    assert members["group-prod-credit-clear-readers-model-risk"] == {
        "group_id": "${databricks_group.group-prod-credit-clear-readers.id}",
        "member_id": "${databricks_group.group-model-risk.id}",
    }
