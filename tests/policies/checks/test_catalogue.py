"""The pack as a whole: one rule per file, complete, and loadable by checkov from anywhere."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from policies.checks.engine.catalogue import rules, rules_by_type
from policies.checks.engine.rule import Severity

PACK = Path(__file__).resolve().parents[3] / "policies" / "checks"


def test_a_rule_stands_in_the_file_that_bears_its_name() -> None:
    """A reader finds a rule by the assertion it makes."""
    files = {path.stem for path in PACK.glob("*/*.py") if path.parent.name != "engine"}
    assert {rule.judge.__name__ for rule in rules()} == files


def test_every_rule_says_why_how_and_by_what_control() -> None:
    """Ids are numbered without a gap; no rule leaves rationale, fix or control out."""
    assert sorted(int(rule.id.removeprefix("CKV_MLOPS_")) for rule in rules()) == list(range(1, len(rules()) + 1))
    empty = [rule.id for rule in rules() if not (len(rule.rationale) > 20 and len(rule.fix) > 10 and rule.control)]
    assert empty == []
    assert [rule.id for rule in rules() if not rule.types] == []


def test_the_gravest_rules_are_those_that_open_data_or_show_secrets() -> None:
    """Critical is what ends in a breach at once; the list is short, so that it stops people."""
    critical = {rule.judge.__name__ for rule in rules() if rule.severity is Severity.CRITICAL}
    assert critical == {
        "arguments_hold_no_secret",
        "everybody_only_reads",
        "nodes_have_no_public_ip",
        "only_its_own_workspace_writes_a_securable",
        "other_environments_do_not_write_production",
        "parameters_hold_no_secret",
        "providers_hold_no_secret",
        "serving_settings_hold_no_secret",
        "spark_settings_hold_no_secret",
    }


def test_both_providers_are_covered() -> None:
    """There is no built-in check for databricks at all, and the renames of azurerm 4 blind some of azurerm's."""
    types = set(rules_by_type())
    assert {"databricks_grants", "databricks_job", "databricks_model_serving", "databricks_cluster_policy"} <= types
    assert {"azurerm_databricks_workspace", "azurerm_storage_account", "azurerm_key_vault"} <= types


def test_no_file_hides_a_module_of_python() -> None:
    """checkov puts the pack's folders before Python's own modules on the path."""
    names = {path.stem for path in PACK.rglob("*.py")} - {"__init__"}
    folders = {path.name for path in PACK.iterdir() if path.is_dir()}
    assert (names | folders) & set(sys.stdlib_module_names) == set()


@pytest.mark.programs
def test_checkov_runs_a_copy_of_the_folder_from_anywhere(tmp_path: Path) -> None:
    """The plain command of the README, on somebody else's Terraform, without this repository on the path."""
    shutil.copytree(PACK, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.tf").write_text('resource "databricks_catalog" "open" {\n  name = "a"\n}\n')
    checkov = Path(sys.executable).parent / "checkov"
    options = ["--framework", "terraform", "--check", "CKV_MLOPS_11", "--skip-download", "-o", "json"]
    command = [str(checkov), "-d", "code", "--external-checks-dir", "pack", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    (found,) = json.loads(done.stdout)["results"]["failed_checks"]
    assert (found["resource"], found["severity"]) == ("databricks_catalog.open", "HIGH")
    assert found["details"] == ["isolation_mode is not set; allowed: ISOLATED"]
    assert done.returncode == 1
