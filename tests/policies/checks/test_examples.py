"""Every rule on examples in HCL, through checkov's own parser and runner, loaded as anybody would load the pack."""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from policies.checks.engine.catalogue import rules
from policies.checks.engine.rule import UNKNOWN_FAILS, Rule

EXAMPLES = Path(__file__).parent / "examples"
PACK = Path(__file__).resolve().parents[3] / "policies" / "checks"
# Result of checkov by what it names a resource: `pass_…`, `fail_…` or `unknown_…` in the example's own words.
Results = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """By rule and example: what checkov said of each resource, `UNKNOWN` where the details of a failure begin so."""
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415 - takes seconds
    from checkov.terraform.runner import Runner  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("examples")
    for example in sorted(EXAMPLES.glob("*.tf")):
        (folder / example.stem).mkdir()
        shutil.copy(example, folder / example.stem / "main.tf")
    chosen = RunnerFilter(checks=[rule.id for rule in rules()], show_progress_bar=False)
    report = Runner().run(str(folder), external_checks_dir=[str(PACK)], runner_filter=chosen)
    assert not isinstance(report, list)
    found: dict[str, Results] = defaultdict(lambda: defaultdict(dict))
    for record in (*report.passed_checks, *report.failed_checks):
        example = Path(record.file_path).parent.name
        details = (record.details or [""])[0]
        said = "UNKNOWN" if details.startswith("UNKNOWN") else record.check_result["result"].value
        found[record.check_id][example][record.resource] = said
    return found


def _file_of(rule: Rule) -> str:
    return rule.judge.__name__


@pytest.mark.parametrize("rule", rules(), ids=_file_of)
def test_a_rule_passes_and_fails_what_its_example_names(rule: Rule, results: dict[str, Results]) -> None:
    """`pass_…` passes, `fail_…` fails, and `unknown_…` is said to be unknown: as a failure where critical or high."""
    said = results[rule.id][_file_of(rule)]
    wanted = {"pass": "PASSED", "fail": "FAILED", "unknown": "UNKNOWN" if rule.severity in UNKNOWN_FAILS else None}
    by_name = _declared(EXAMPLES / f"{_file_of(rule)}.tf", rule)
    assert by_name, "the example declares no resource of the rule's types"
    assert {name: said.get(name) for name in by_name} == {name: wanted[_expected(name)] for name in by_name}


@pytest.mark.parametrize("rule", rules(), ids=_file_of)
def test_an_example_shows_both_sides(rule: Rule) -> None:
    """Every rule has an example that fails, and one that passes unless the resource as such is what it refuses."""
    kinds = {_expected(name) for name in _declared(EXAMPLES / f"{_file_of(rule)}.tf", rule)}
    assert "fail" in kinds
    assert "pass" in kinds or rule.id in ("CKV_MLOPS_21", "CKV_MLOPS_36", "CKV_MLOPS_84")


def _declared(example: Path, rule: Rule) -> list[str]:
    """Addresses of the example's resources, of the rule's types, that state what they expect."""
    words = [line.split('"') for line in example.read_text().splitlines() if line.startswith("resource ")]
    names = [f"{parts[1]}.{parts[3]}" for parts in words if parts[1] in rule.types]
    aliases = [line.split('"')[1] for line in example.read_text().splitlines() if line.strip().startswith("alias ")]
    opened = [line.split('"')[1] for line in example.read_text().splitlines() if line.startswith("provider ")]
    if any(type_.startswith("provider.") for type_ in rule.types):
        names += [f"{provider}.{alias}" for provider, alias in zip(opened, aliases, strict=True)]
    return [name for name in names if _expected(name) in ("pass", "fail", "unknown")]


def _expected(address: str) -> str:
    return address.partition(".")[2].partition("_")[0]
