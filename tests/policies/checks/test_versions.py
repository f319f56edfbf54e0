"""What is left out is what the declared version of the provider makes of it."""

from typing import Any

import pytest

from policies.checks.engine.versions import highest, lowest, versions_in
from policies.findings import findings_of

_UNSET = {"azurerm_databricks_workspace": {"w": {"name": "w", "sku": "premium"}}}


def _said(constraint: str | None) -> str:
    """The verdict on a workspace that leaves `no_public_ip` out, in a stack that declares the version so."""
    demanded: dict[str, Any] = {"source": "hashicorp/azurerm"} | ({"version": constraint} if constraint else {})
    stack = {"terraform": {"required_providers": {"azurerm": demanded}}, "resource": _UNSET}
    (found,) = [one for one in findings_of(stack) if one.rule == "CKV_MLOPS_59"]
    return found.result.value


@pytest.mark.parametrize(
    ("constraint", "verdict"),
    [
        ("4.55.0", "pass"),
        ("~> 4.0", "pass"),
        (">= 3.104, < 5.0", "pass"),
        (">= 3.0", "unknown"),
        ("~> 3.50.0", "fail"),
        ("= 3.103.1", "fail"),
        ("< 3.104", "fail"),
        ("~> 3.0", "unknown"),
        ("${local.version}", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_default_of_no_public_ip_is_that_of_the_declared_version(constraint: str | None, verdict: str) -> None:
    """True since azurerm 3.104, false before; where the constraint lets both in, or says nothing, it is unknown."""
    assert _said(constraint) == verdict


def test_bounds_of_several_constraints_hold_together() -> None:
    """A module's and the root's: the highest of the lowest, the lowest of the highest."""
    assert (lowest((">= 3.1", "~> 3.104.2")), highest((">= 3.1", "~> 3.104.2"))) == ((3, 104, 2), (3, 105, 0))
    assert (lowest(("!= 3.5",)), highest((">= 1",))) == ((0, 0, 0), None)


def test_a_provider_is_known_by_its_source_and_not_by_its_place() -> None:
    """As parsers give it: in lists, with the version alone, or under another local name."""
    blocks = [
        {"required_providers": [{"arm": {"source": ["hashicorp/azurerm"], "version": ["~> 4.0"]}, "azuread": ["3.1"]}]}
    ]
    assert versions_in(blocks) == {"azurerm": ("~> 4.0",), "azuread": ("3.1",)}


def _grants_of(**change: Any) -> dict[str, str]:
    """What the two critical rules of grants say of grants in a plan."""
    item = {
        "address": "databricks_grants.g",
        "mode": "managed",
        "type": "databricks_grants",
        "name": "g",
        "change": {"actions": ["create"], "before": None} | change,
    }
    found = findings_of({"format_version": "1.2", "planned_values": {}, "resource_changes": [item]})
    return {one.rule: one.result.value for one in found if one.rule in ("CKV_MLOPS_1", "CKV_MLOPS_2")}


def test_grants_that_a_plan_computes_as_a_whole_are_no_pass() -> None:
    """A `dynamic` block over what is known after the apply: the configuration in a plan does not show it."""
    assert _grants_of(after={"catalog": "prod"}, after_unknown={"grant": True}) == {
        "CKV_MLOPS_1": "unknown",
        "CKV_MLOPS_2": "unknown",
    }
    held = [{"principal": "eng", "privileges": ["SELECT"]}]
    assert set(_grants_of(after={"catalog": "prod", "grant": held}, after_unknown={}).values()) == {"pass"}


def test_a_provider_in_a_plan_is_judged_by_what_is_written() -> None:
    """A literal token fails, a variable does not; the version counts as in a stack."""
    providers = {
        "databricks": {"name": "databricks", "expressions": {"token": {"constant_value": "hunter2hunter2"}}},
        "azurerm": {
            "name": "azurerm",
            "version_constraint": "~> 4.0",
            "expressions": {"client_secret": {"references": ["var.x"]}},
        },
    }
    document = {"format_version": "1.2", "planned_values": {}, "resource_changes": []}
    found = findings_of(document | {"configuration": {"provider_config": providers}})
    assert {one.address: one.result.value for one in found} == {
        "provider.databricks": "fail",
        "provider.azurerm": "pass",
    }
