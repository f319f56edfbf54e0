"""What is adopted is judged by what is known of it, and nothing that is unknown passes. Real rules, real documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.main import synth
from infra.wheel import ROOT
from policies.checks.engine.verdict import Result
from policies.findings import Finding, findings_of

Verdicts = dict[tuple[str, str], Result]
LAKE = "data.azurerm_storage_account.lake"
VAULT = "data.azurerm_key_vault.vault"
WORKSPACE = "data.azurerm_databricks_workspace.workspace"
CATALOG = "data.databricks_catalog.catalog"
LOCATION = "data.databricks_external_location.lake-gold-location"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What the rules say of the example in which everything is adopted."""
    folder = tmp_path_factory.mktemp("adopted")
    synth(folder, ROOT / "docs" / "examples" / "adopted")
    files = sorted(Path(folder).glob("stacks/*/cdk.tf.json"))
    return [one for file in files for one in findings_of(json.loads(file.read_text(encoding="utf-8")))]


def _of(found: list[Finding]) -> Verdicts:
    return {(one.rule, one.address): one.result for one in found if one.address.startswith("data.")}


def test_what_a_plan_demands_passes(found: list[Finding]) -> None:
    """No plan goes on past these conditions, so the rules that ask for them pass: and these only."""
    passed = {key for key, result in _of(found).items() if result is Result.PASS}
    assert passed == {
        ("CKV_MLOPS_59", WORKSPACE),
        ("CKV_MLOPS_89", WORKSPACE),
        ("CKV_MLOPS_63", LAKE),
        ("CKV_MLOPS_71", VAULT),
        ("CKV_MLOPS_11", CATALOG),
        *(("CKV_MLOPS_12", location) for location in (LOCATION, LOCATION.replace("gold", "landing"))),
        *(("CKV_MLOPS_13", location) for location in (LOCATION, LOCATION.replace("gold", "landing"))),
    }


def test_everything_else_is_unknown_and_says_of_what(found: list[Finding]) -> None:
    """Keys, logs, owners and firewalls of what others made stand in no document of ours."""
    unknown = {(one.rule, one.address): one.reason for one in found if one.result is Result.UNKNOWN}
    assert unknown["CKV_MLOPS_65", LAKE].startswith(
        "infrastructure_encryption_enabled: unknown for the adopted resource"
    )
    assert unknown["CKV_MLOPS_73", VAULT].startswith("a azurerm_monitor_diagnostic_setting of it: unknown")
    assert unknown["CKV_MLOPS_61", WORKSPACE].startswith("public_network_access_enabled: unknown")
    assert unknown["CKV_MLOPS_5", CATALOG].startswith("owner: unknown")
    assert set(_of(found).values()) == {Result.PASS, Result.UNKNOWN}


def test_the_unknown_blocks_as_everywhere(found: list[Finding]) -> None:
    """Critical and high rules that cannot decide stop a change until somebody waives them by name."""
    blocking = {(one.rule, one.address) for one in found if one.address.startswith("data.") and one.blocks}
    assert ("CKV_MLOPS_68", WORKSPACE) in blocking
    assert ("CKV_MLOPS_65", LAKE) not in blocking


def _plan(**lake: Any) -> dict[str, Any]:
    item = {"address": LAKE, "mode": "data", "type": "azurerm_storage_account", "name": "lake", "values": lake}
    return {
        "format_version": "1.2",
        "planned_values": {},
        "resource_changes": [],
        "prior_state": {"values": {"root_module": {"resources": [item]}}},
    }


def test_a_plan_knows_what_was_read() -> None:
    """There the values are, so that a rule passes and fails by them."""
    encrypted = _of(findings_of(_plan(name="risklake", infrastructure_encryption_enabled=True)))
    assert encrypted["CKV_MLOPS_65", LAKE] is Result.PASS
    plain = findings_of(_plan(name="risklake", infrastructure_encryption_enabled=False))
    [finding] = [one for one in plain if one.rule == "CKV_MLOPS_65"]
    assert (finding.result, finding.reason) == (
        Result.FAIL,
        "adopted: infrastructure_encryption_enabled is false; allowed: true",
    )


def test_a_default_says_nothing_of_what_others_made() -> None:
    """A location without `fallback` passes where we make it, and is unknown where it is only read."""
    made = {"resource": {"databricks_external_location": {"gold": {"name": "gold", "url": "abfss://a@b/"}}}}
    read = {"terraform": {}, "data": {"databricks_external_location": {"gold": {"name": "gold"}}}}
    own = {one.rule: one.result for one in findings_of(made)}
    assert own["CKV_MLOPS_13"] is Result.PASS
    assert _of(findings_of(read))["CKV_MLOPS_13", "data.databricks_external_location.gold"] is Result.UNKNOWN


def test_look_ups_of_our_own_things_are_not_judged() -> None:
    """A cluster policy that another stack of ours makes is judged there."""
    read = {"terraform": {}, "data": {"databricks_cluster_policy": {"own": {"name": "own"}}}}
    assert findings_of(read) == []
