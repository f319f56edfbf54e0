"""Modules in HCL, through checkov's own parser: every instance is judged by its own values."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from checkov.common.output.record import Record

PACK = Path(__file__).resolve().parents[3] / "policies" / "checks"
_GRANTS = """
variable "who" {}
resource "databricks_grant" "this" {
  catalog    = "main"
  principal  = var.who
  privileges = ["MODIFY"]
}
"""
_GROUPS = """
resource "databricks_group" "this" {
  for_each     = toset(["writers", "account users"])
  display_name = each.key
}
resource "databricks_grant" "this" {
  catalog    = "main"
  principal  = databricks_group.this["account users"].display_name
  privileges = ["MODIFY"]
}
"""


def _call(who: str) -> str:
    return f'module "grants" {{\n  source = "../grants"\n  who    = "{who}"\n}}\n'


def _said(folder: Path, files: dict[str, str], rule: str = "CKV_MLOPS_1") -> list[tuple[str, str]]:
    """Result and first detail of the rule on every resource, in order of results."""
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415 - takes seconds
    from checkov.terraform.runner import Runner  # noqa: PLC0415

    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    chosen = RunnerFilter(checks=[rule], show_progress_bar=False)
    report = Runner().run(str(folder), external_checks_dir=[str(PACK)], runner_filter=chosen)
    assert not isinstance(report, list)
    records: list[Record] = [*report.passed_checks, *report.failed_checks]
    return sorted((one.check_result["result"].value, (one.details or [""])[0].split(" holds")[0]) for one in records)


@pytest.mark.parametrize(("dev", "prod"), [("engineers", "account users"), ("account users", "engineers")])
def test_two_roots_that_call_a_module_by_one_name_are_judged_each(tmp_path: Path, dev: str, prod: str) -> None:
    """Whichever comes first: a grant to everybody in one of them fails."""
    files = {"dev/main.tf": _call(dev), "prod/main.tf": _call(prod), "grants/main.tf": _GRANTS}
    assert _said(tmp_path, files) == [("FAILED", "account users"), ("PASSED", "")]


def test_a_reference_to_one_of_several_instances_is_unknown(tmp_path: Path) -> None:
    """The name without its index tells of none of them, so the last one's name is no answer."""
    ((result, detail),) = _said(tmp_path, {"main.tf": _GROUPS})
    assert (result, detail.partition(":")[0]) == ("FAILED", "UNKNOWN")


def test_a_setting_in_a_module_targets_what_its_caller_hands_in(tmp_path: Path) -> None:
    """The caller's reference, seen from the module: the vault is logged."""
    files = {
        "main.tf": (
            'resource "azurerm_key_vault" "logged" {\n  name = "kv-prod"\n}\n'
            'module "logs" {\n  source = "./logs"\n  target = azurerm_key_vault.logged.id\n}\n'
        ),
        "logs/main.tf": (
            'variable "target" {}\nresource "azurerm_monitor_diagnostic_setting" "d" {\n'
            '  name = "d"\n  target_resource_id = var.target\n}\n'
        ),
    }
    assert _said(tmp_path, files, "CKV_MLOPS_73") == [("PASSED", "")]
