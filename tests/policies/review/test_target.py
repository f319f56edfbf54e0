"""Only findings that are new against the target branch stop a plan."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import mlops
from policies.checks.engine.document import Document
from policies.errors import DocumentError
from policies.review.costs.prices import read_prices
from policies.review.decision.rules import Verdict, read_rules
from policies.review.decision.target import read_target
from policies.review.decision.waived import findings_with
from policies.review.review import Review, Reviewer
from policies.terraform.documents import document_of
from tests.policies.review.plans import change, plan

_IDLE = {"name": "w", "cluster_size": "Small", "auto_stop_mins": 120, "enable_serverless_compute": True}
_QUICK = _IDLE | {"auto_stop_mins": 10}
_WAREHOUSE = "databricks_sql_endpoint"


def _stack(values: dict[str, Any], name: str = "w") -> dict[str, Any]:
    return {"resource": {_WAREHOUSE: {name: values}}}


def _changed(before: Any, after: dict[str, Any], address: str = f"{_WAREHOUSE}.w") -> dict[str, Any]:
    return plan(change(address, ["create"] if before is None else ["update"], before, after))


def _reviewed(document: dict[str, Any], target: dict[str, Document]) -> Review:
    scan = findings_with([], date(2026, 11, 21), target)
    return Reviewer(rules=read_rules(), prices=read_prices(), findings_of=scan).review("prod-workspace", document)


def _against(document: dict[str, Any], target: dict[str, Any]) -> list[str]:
    found = _reviewed(document, {"prod-workspace": document_of(target, "prod-workspace")})
    return [item.result for item in found.findings]


def test_what_the_target_branch_says_too_is_known() -> None:
    """Merged and not yet deployed: the state is without it, and the branch is not to blame for it."""
    document = _changed(_QUICK, _IDLE)
    assert _against(document, _stack(_IDLE)) == ["known"]
    assert _reviewed(document, {"prod-workspace": document_of(_stack(_IDLE))}).decision.verdict is Verdict.PASS


def test_what_the_target_branch_has_mended_is_new_though_it_is_still_deployed() -> None:
    """The state has it, the target branch no longer: the branch brings it back."""
    assert _against(_changed(_IDLE, _IDLE | {"name": "x"}), _stack(_QUICK)) == ["fail"]


@pytest.mark.parametrize(
    "target", [_stack(_IDLE | {"auto_stop_mins": 90}), _stack(_IDLE, "other"), {"resource": {}, "terraform": {}}]
)
def test_worse_elsewhere_or_absent_is_new(target: dict[str, Any]) -> None:
    """Another reason, another resource, and a document without any."""
    assert _against(_changed(None, _IDLE), target) == ["fail"]


def test_all_is_new_in_a_stack_that_the_target_branch_lacks() -> None:
    """A new environment brings its findings itself, whatever its state says."""
    found = _reviewed(_changed(_IDLE, _IDLE | {"name": "x"}), {})
    assert [item.result for item in found.findings] == ["fail"]


def test_an_expression_on_the_target_branch_is_settled_by_what_is_deployed() -> None:
    """It cannot be compared with the plan's value; if the state says the same, nobody made it worse."""
    target = _stack(_IDLE | {"auto_stop_mins": "${var.minutes}"})
    assert _against(_changed(_IDLE, _IDLE | {"name": "x"}), target) == ["known"]
    assert _against(_changed(_QUICK, _IDLE), target) == ["fail"]


def test_an_instance_of_a_loop_is_compared_with_the_loop() -> None:
    """A synthesized document has it once, a plan once for each key."""
    document = _changed(None, _IDLE, f'{_WAREHOUSE}.w["a"]')
    assert _against(document, _stack(_IDLE | {"for_each": {"a": 1}})) == ["known"]


def test_a_plan_of_the_target_branch_says_it_as_well() -> None:
    """Exactly, where stacks hold expressions."""
    assert _against(_changed(_QUICK, _IDLE), _changed(_QUICK, _IDLE)) == ["known"]


def _review(tmp_path: Path, base: Path) -> Result:
    (tmp_path / "prod-workspace.json").write_text(json.dumps(_changed(_QUICK, _IDLE)))
    arguments = ["review", str(tmp_path / "prod-workspace.json"), "--base", str(base), "--stacks", str(tmp_path / "no")]
    return CliRunner().invoke(mlops, arguments)


def test_the_command_compares_with_stacks_and_with_plans(tmp_path: Path) -> None:
    """A `cdktf.out` of the target branch, a folder of its plans, and one plan."""
    stack = tmp_path / "theirs" / "stacks" / "prod-workspace" / "cdk.tf.json"
    stack.parent.mkdir(parents=True)
    stack.write_text(json.dumps(_stack(_IDLE)))
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "prod-workspace.json").write_text(json.dumps(_changed(_QUICK, _IDLE)))
    for base in (tmp_path / "theirs", plans, plans / "prod-workspace.json", stack):
        result = _review(tmp_path, base)
        assert (result.exit_code, "| medium | known |" in result.stdout) == (0, True), result.output


def test_a_base_without_the_target_branch_is_refused(tmp_path: Path) -> None:
    """An empty folder would make every old finding look new, or the other way round."""
    (tmp_path / "empty").mkdir()
    result = _review(tmp_path, tmp_path / "empty")
    assert (result.exit_code, "holds nothing of the target branch" in result.stderr) == (2, True)
    with pytest.raises(DocumentError, match="holds nothing of the target branch"):
        read_target(tmp_path / "empty")
