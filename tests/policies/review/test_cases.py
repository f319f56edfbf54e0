"""Small plans that were once misread, each with its right value: `cases/*.yaml`, one kind a file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.review.comment.markdown import comment
from policies.review.review import Review
from tests.policies.review.plans import reviewer

_FOLDER = Path(__file__).parent / "cases"
CASES: Mapping[str, Mapping[str, Any]] = {
    f"{file.stem}: {name}": case
    for file in sorted(_FOLDER.glob("*.yaml"))
    for name, case in yaml.safe_load(file.read_text()).items()
}
_WHOLE = {
    "format_version": "1.2",
    "terraform_version": "1.13.5",
    "planned_values": {"root_module": {}},
    "configuration": {"root_module": {}},
    "applyable": True,
    "complete": True,
    "errored": False,
}


def _entry(item: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, name = item["address"].partition("[")[0].partition(".")
    return {"mode": "managed", "type": kind, "name": name} | dict(item)


def _reviewed(case: Mapping[str, Any]) -> Review:
    lists = {
        name: [_entry(item) for item in case["plan"][name]]
        for name in ("resource_changes", "resource_drift")
        if name in case["plan"]
    }
    return reviewer().review("prod-ml", _WHOLE | dict(case["plan"]) | lists)


@pytest.mark.parametrize("name", CASES)
def test_a_case_has_its_right_value(name: str) -> None:
    """Verdict, the rules that decide, who gains and loses what, and what is said of the plan itself."""
    case, found = CASES[name], _reviewed(CASES[name])
    told = {
        "verdict": found.decision.verdict.value,
        "rules": [hit.rule for hit in found.decision.hits],
        "access": [item.words() for item in found.grants],
        "notes": list(found.notes),
        "unpriced": list(found.cost.unknown) if "unpriced" in case else [],
    }
    assert told == {key: case.get(key, []) for key in told}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "never" in case])
def test_a_case_never_shows_its_secret(name: str) -> None:
    """Neither the comment nor the JSON holds it."""
    found = _reviewed(CASES[name])
    shown = comment(found) + json.dumps(found.as_json())
    assert [text for text in CASES[name]["never"] if text in shown] == []


def test_what_only_moves_or_drifts_by_the_provider_is_no_gain() -> None:
    """Grants that move between modules gain nobody anything; a list that the provider fills in is nobody's change."""
    assert _reviewed(CASES["parts: identical grants moved between modules"]).grants == ()
    assert not _reviewed(CASES["modules: drift for each"]).says_something
    assert not _reviewed(CASES["modules: drift plain"]).says_something


def test_a_deposed_object_is_called_so() -> None:
    """It is destroyed beside the current one, which stays."""
    found = _reviewed(CASES["access: deposed"])
    assert [(item.name, item.deposed) for item in found.losses] == [("oldlake", "abcd1234")]
    text = comment(found)
    assert "deposed object `abcd1234`, beside the current one" in text
    assert "destroy, deposed object `abcd1234` of `azurerm_storage_account.sa`" in text


def test_a_pipe_is_escaped_in_tables_alone() -> None:
    """In a list it is a pipe like any other character."""
    text = comment(_reviewed(CASES["parts: pipe backslash"]))
    assert "`description`: `a|b` → `c|d`" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| destroy | `databricks_volume.v`")]
    assert "x\\|y`z" in row
