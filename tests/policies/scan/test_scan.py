"""The scan: own and built-in checks under full addresses, waivers, and files that cannot be read."""

import json
import shutil
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from policies.scan.built_in import UnparsedStack
from policies.scan.result import Outcome, ScanFinding
from policies.scan.run import files_in, findings, scan, with_waivers
from policies.scan.waivers import Waiver, read_waivers
from policies.terraform.synthesized import UnreadableDocument
from tests.infra.conftest import credit_alone
from tests.infra.networks import to_ip_allow_list
from tests.infra.serving_places import place_documents, switch_on

TODAY = date(2026, 11, 21)
LAKE = "x-platform/azurerm_storage_account.lake"


def waiver(rule: str = "CKV_MLOPS_63", address: str = LAKE, *, expires: date = TODAY) -> Waiver:
    return Waiver(
        rule=rule, address=address, reason="a reason that says why it stands", owner="platform", expires=expires
    )


@cache
def _found(folder: Path) -> list[ScanFinding]:
    return findings(files_in([folder]))


def _scan(folder: Path, *waivers: Waiver, today: date = TODAY) -> Outcome:
    """The outcome of a folder that no test changes; waivers decide only about what the checks have found."""
    return with_waivers(files_in([folder]), _found(folder), waivers, today)


def _failed(outcome: Outcome) -> set[tuple[str, str]]:
    return {(one.finding.rule, one.finding.place) for one in outcome.failures}


def test_own_and_built_in_failures_name_stack_type_and_name(flawed: Path) -> None:
    """checkov alone says `resource.lake`, which could be the resource group."""
    outcome = _scan(flawed)
    assert {("CKV_MLOPS_63", LAKE), ("CKV_AZURE_44", LAKE), ("CKV2_AZURE_40", LAKE)} <= _failed(outcome)
    assert {place for _, place in _failed(outcome)} == {LAKE}
    assert not outcome.clean
    assert outcome.failures[0].finding.rule == "CKV_MLOPS_63"


def test_a_finding_knows_its_line(flawed: Path) -> None:
    """A code host shows it beside the resource."""
    text = (flawed / "stacks" / "x-platform" / "cdk.tf.json").read_text().splitlines()
    lines = {one.finding.line for one in _scan(flawed).failures}
    (line,) = lines
    assert '"lake"' in text[line - 2] or '"lake"' in text[line - 1]


def test_the_built_in_check_is_blind_to_the_rename_and_ours_is_not(flawed: Path) -> None:
    """The reason for own checks of azurerm 4: CKV_AZURE_3 reads the name of version 3."""
    verdicts = {one.finding.rule: one.finding.result.value for one in _scan(flawed).judged}
    assert verdicts.get("CKV_AZURE_3", "pass") == "pass"
    assert verdicts["CKV_MLOPS_63"] == "fail"


def test_a_waiver_lets_one_finding_stand_and_no_other(flawed: Path) -> None:
    """What it names is waived; the rest fails as before."""
    before = _failed(_scan(flawed))
    after = _scan(flawed, waiver())
    assert before - _failed(after) == {("CKV_MLOPS_63", LAKE)}
    assert [one.finding.rule for one in after.waived] == ["CKV_MLOPS_63"]
    assert after.waiver_problems == ()


def test_a_waiver_of_another_place_waives_nothing_and_fails(flawed: Path) -> None:
    """Unused waivers hide the next finding, so they go."""
    outcome = _scan(flawed, waiver(address="y-platform/azurerm_storage_account.lake"))
    assert ("CKV_MLOPS_63", LAKE) in _failed(outcome)
    assert outcome.waiver_problems == (
        "waiver of CKV_MLOPS_63 at y-platform/azurerm_storage_account.lake: waives nothing that the scan found; "
        "remove it",
    )


def test_an_expired_waiver_fails_by_itself(flawed: Path) -> None:
    """On its day it holds, on the next it does not."""
    assert _scan(flawed, waiver(expires=TODAY)).waiver_problems == ()
    (problem,) = _scan(flawed, waiver(expires=TODAY), today=TODAY + timedelta(days=1)).waiver_problems
    assert problem.startswith(f"waiver of CKV_MLOPS_63 at {LAKE}: expired on 2026-11-21")


def test_a_waiver_for_ever_fails(flawed: Path) -> None:
    """Somebody looks again within a year."""
    (problem,) = _scan(flawed, waiver(expires=TODAY + timedelta(days=400))).waiver_problems
    assert problem.endswith("allowed: within 366 days")


def test_a_star_stands_for_any_letters(flawed: Path) -> None:
    """One waiver for all platform stacks; it does not reach other types."""
    assert _scan(flawed, waiver(address="*-platform/azurerm_storage_account.*")).waiver_problems == ()
    assert _scan(flawed, waiver(address="*-platform/azurerm_key_vault.*")).waiver_problems != ()


def test_a_folder_without_stacks_is_refused(tmp_path: Path) -> None:
    """A scan of nothing is not clean."""
    with pytest.raises(UnreadableDocument, match=r"holds no cdk\.tf\.json; run `mlops synth`"):
        files_in([tmp_path])


@pytest.mark.parametrize("text", ['{"resource": {"azurerm_storage_acc', "[]", '"text"', ""])
def test_a_damaged_stack_is_refused(tmp_path: Path, text: str) -> None:
    """Truncated JSON, or JSON of another shape, never passes."""
    file = tmp_path / "cdk.tf.json"
    file.write_text(text)
    with pytest.raises((UnreadableDocument, UnparsedStack)):
        scan([file], (), TODAY)


def test_a_plan_is_scanned_by_file(tmp_path: Path) -> None:
    """Own checks and built-in ones; the file's name stands for the stack."""
    after = {"name": "lake", "https_traffic_only_enabled": False, "min_tls_version": "TLS1_0"}
    resource = {"address": "azurerm_storage_account.lake", "mode": "managed", "type": "azurerm_storage_account"}
    resource |= {"name": "lake", "provider_name": "registry.terraform.io/hashicorp/azurerm"}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [resource | {"values": after}]}},
        "resource_changes": [
            resource | {"change": {"actions": ["create"], "before": None, "after": after, "after_unknown": {}}}
        ],
        "configuration": {"root_module": {"resources": [resource | {"expressions": {}}]}},
    }
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    failed = _failed(scan([file], (), TODAY))
    place = "plan/azurerm_storage_account.lake"
    assert {("CKV_MLOPS_63", place), ("CKV_AZURE_44", place)} <= failed


def test_the_shipped_stacks_are_clean(stacks_dir: Path, root: Path) -> None:
    """With the shipped waivers, which are few."""
    outcome = scan(files_in([stacks_dir]), read_waivers([root / "policies" / "waivers.yaml"]), date.today())
    assert _failed(outcome) == set()
    assert outcome.waiver_problems == ()


def test_the_places_beside_databricks_are_clean_with_waivers_of_their_own(root: Path, tmp_path: Path) -> None:
    """The stacks of a cluster and of Azure Machine Learning: each further waiver is for something in them."""
    switch_on(credit_alone(tmp_path / "workspaces"))
    place_documents(tmp_path / "workspaces", tmp_path / "out")
    shipped, more = (
        read_waivers([root / "policies" / name]) for name in ("waivers.yaml", "waivers.serving-places.yaml")
    )
    outcome = scan(files_in([tmp_path / "out"]), [*shipped, *more], date.today())
    assert _failed(outcome) == set()
    # Those of bootstrap alone have nothing to waive here.
    assert [line for line in outcome.waiver_problems if "bootstrap/" not in str(line)] == []


def test_the_other_profile_is_clean_with_waivers_that_name_its_weakenings(
    root: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without hub, firewall and private endpoints, four more kinds of finding stand, by name; and nothing else."""
    from infra.main import synth  # noqa: PLC0415 - starts Node

    workspaces = tmp_path / "workspaces"
    shutil.copytree(root / "workspaces", workspaces)
    to_ip_allow_list(workspaces)
    out = tmp_path_factory.mktemp("ip-allow-list")
    synth(out, workspaces)
    private = read_waivers([root / "policies" / "waivers.yaml"])
    waivers = read_waivers([root / "policies" / "waivers.ip-allow-list.yaml"])
    outcome = scan(files_in([out]), waivers, date.today())
    assert _failed(outcome) == set()
    assert outcome.waiver_problems == ()
    assert {one.rule for one in waivers} - {one.rule for one in private} == {
        "CKV2_AZURE_32",
        "CKV_AZURE_59",
        "CKV_AZURE_158",
        "CKV_MLOPS_67",
    }
