"""checkov with the pack says of stacks and plans what `findings_of` says."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.checks.engine.catalogue import rules
from policies.checks.engine.verdict import Result
from policies.findings import findings_in, findings_of
from policies.terraform.documents import document_of
from tests.policies.conftest import Stacks

if TYPE_CHECKING:
    from checkov.common.output.record import Record

PACK = str(Path(__file__).resolve().parents[3] / "policies" / "checks")
PLANS = Path(__file__).resolve().parents[4] / "shared" / "data" / "plans"
Verdicts = set[tuple[str, str, bool]]


def _records(runner: Any, **where: Any) -> list["Record"]:
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415 - takes seconds

    chosen = RunnerFilter(checks=[rule.id for rule in rules()], show_progress_bar=False)
    report = runner.run(**where, external_checks_dir=[PACK], runner_filter=chosen)
    return [*report.passed_checks, *report.failed_checks]


def _said(records: Iterable["Record"]) -> Verdicts:
    return {(one.check_id, one.resource, one.check_result["result"].value == "FAILED") for one in records}


def test_on_synthesized_stacks(stacks: Stacks, stacks_dir: Path) -> None:
    """Every verdict on every resource, but that checkov forgets the type: `resource.<name>`."""
    from checkov.terraform_json.runner import TerraformJsonRunner  # noqa: PLC0415 - takes seconds

    found = _records(TerraformJsonRunner(), root_folder=str(stacks_dir))
    for stack, document in stacks.items():
        said = _said(one for one in found if Path(one.file_path).parent.name == stack)
        own = [one for one in findings_of(document) if one.result is not Result.UNKNOWN or one.blocks]
        assert said == {(one.rule, _in_json(one.address), one.blocks) for one in own}, stack


@pytest.mark.parametrize("name", ["create", "change-replace-delete-grant"])
def test_on_plans(name: str) -> None:
    """Every verdict on every resource of a real plan, by its full address."""
    from checkov.terraform.plan_runner import Runner  # noqa: PLC0415 - takes seconds

    if not PLANS.is_dir():
        pytest.skip("the real plans lie beside the checkout, in ../shared/data/plans, and are not there")
    file = PLANS / f"{name}.json"
    own = [one for one in findings_in(document_of(json.loads(file.read_text()))) if one.result is not Result.UNKNOWN]
    said = _said(one for one in _records(Runner(), root_folder=None, files=[str(file)]) if one.check_id in _ids(own))
    assert said == {(one.rule, _in_plan(one.address), one.blocks) for one in own}


def _in_json(address: str) -> str:
    kind, _, name = address.partition(".")
    return f"provider.{name.partition('.')[0]}" if kind == "provider" else f"resource.{name}"


def _in_plan(address: str) -> str:
    kind, _, name = address.partition(".")
    return f"{name}.default" if kind == "provider" else address


def _ids(findings: Iterable[Any]) -> set[str]:
    return {one.rule for one in findings}
