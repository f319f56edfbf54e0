"""HCL as strangers write it, through checkov: computed values, and settings at which a reviewer stops."""

import re
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from policies.checks.engine.catalogue import rules

WRITTEN = Path(__file__).parent / "written"
PACK = Path(__file__).resolve().parents[3] / "policies" / "checks"
_LOOKED_AT = ("CKV_MLOPS_1", "CKV_MLOPS_30", "CKV_MLOPS_59", "CKV_MLOPS_78")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """By resource and rule: PASSED, FAILED, or UNKNOWN where the details of a failure begin so."""
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415 - takes seconds
    from checkov.terraform.runner import Runner  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("written")
    for file in WRITTEN.glob("*.tf"):
        (folder / file.stem).mkdir()
        shutil.copy(file, folder / file.stem / "main.tf")
    chosen = RunnerFilter(checks=[rule.id for rule in rules()], show_progress_bar=False)
    report = Runner().run(str(folder), external_checks_dir=[str(PACK)], runner_filter=chosen)
    assert not isinstance(report, list)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for record in (*report.passed_checks, *report.failed_checks):
        unknown = (record.details or [""])[0].startswith("UNKNOWN")
        address = re.sub(r"\[.*\]", "", record.resource)
        found[address][record.check_id] = "UNKNOWN" if unknown else record.check_result["result"].value
    return found


@pytest.mark.parametrize(("file", "count"), [("expressions.tf", 15), ("siblings.tf", 23)])
def test_computed_values_are_judged_by_what_they_are_or_unknown(
    said: dict[str, dict[str, str]], file: str, count: int
) -> None:
    """The word in each name; no critical rule passes a value that it cannot see."""
    names = re.findall(r'^resource "(\w+)" "((?:pass|fail|unknown)_\w+)"', (WRITTEN / file).read_text(), re.M)
    wanted = {"pass": {"PASSED"}, "fail": {"FAILED"}, "unknown": {"UNKNOWN"}}
    found = {
        f"{kind}.{name}": {said[f"{kind}.{name}"][rule] for rule in _LOOKED_AT if rule in said[f"{kind}.{name}"]}
        for kind, name in names
    }
    assert len(names) == count
    assert found == {f"{kind}.{name}": wanted[name.partition("_")[0]] for kind, name in names}


def test_each_bad_setting_is_stopped_by_its_rule(said: dict[str, dict[str, str]]) -> None:
    """None of them is passed over: the rules that the comments name fail, or cannot decide."""
    text = (WRITTEN / "settings.tf").read_text()
    named = re.findall(r'^# ((?:CKV_MLOPS_\d+ ?)+)\nresource "(\w+)" "(\w+)"', text, re.M)
    assert len(named) == 14
    missing = [
        (rule, f"{kind}.{name}")
        for ids, kind, name in named
        for rule in ids.split()
        if said[f"{kind}.{name}"].get(rule) not in ("FAILED", "UNKNOWN")
    ]
    assert missing == []
