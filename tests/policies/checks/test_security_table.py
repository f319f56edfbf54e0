"""The table of the Security Analysis Tool in docs/security.md: whole, and true of the files and rules that exist."""

import re
from pathlib import Path

import pytest

from policies.checks.engine.catalogue import rules

# The tool's checks with azure = 1 and enable = 1.
_NUMBERS = {
    "DP": (1, 2, 4, 5, 6, 7, 8, 9, 14),
    "GOV": (*range(1, 14), 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 34, 35, 36),
    "IA": tuple(range(1, 8)),
    "INFO": (*range(1, 12), 18, 29, 38, 39, 40),
    "NS": tuple(range(1, 8)),
}
AZURE = [f"{family}-{number}" for family, numbers in _NUMBERS.items() for number in numbers]
_KINDS = {"enforced", "enforced, checked", "checked", "not settable", "open"}


@pytest.fixture(scope="module")
def table() -> dict[str, tuple[str, str]]:
    """By check: what it is here, and by what."""
    text = (Path(__file__).resolve().parents[3] / "docs" / "security.md").read_text()
    section = text.partition("\n## The Security Analysis Tool\n")[2]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| ")]
    return {check: (here, by) for check, _, here, by in cells[1:]}


def test_every_check_of_azure_has_a_row(table: dict[str, tuple[str, str]]) -> None:
    """None is left out, and none is made up."""
    assert list(table) == AZURE


def test_every_row_says_one_of_five_things(table: dict[str, tuple[str, str]]) -> None:
    """Open ones are few and are listed here, so that another one shows."""
    assert {here for here, _ in table.values()} <= _KINDS
    assert [check for check, (here, _) in table.items() if here == "open"] == ["GOV-8", "GOV-9", "INFO-38"]


def test_what_is_enforced_names_a_file_that_exists(table: dict[str, tuple[str, str]], root: Path) -> None:
    """Below `infra/`."""
    named = {check: re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", by) for check, (_, by) in table.items()}
    assert [check for check, (here, _) in table.items() if here.startswith("enforced") and not named[check]] == []
    assert [name for names in named.values() for name in names if not (root / "infra" / name).is_file()] == []


def test_what_is_checked_names_rules_that_answer_it(table: dict[str, tuple[str, str]]) -> None:
    """The rule exists; where a rule says which check of the tool it answers, the table says so too."""
    own = {rule.id: rule for rule in rules()}
    for check, (here, by) in table.items():
        numbers = re.findall(r"(?<![A-Z_\d])\d+(?!\d| days)", by.partition("CKV_MLOPS_")[2].partition(", CKV")[0])
        named = [f"CKV_MLOPS_{number}" for number in numbers] if "CKV_MLOPS_" in by else []
        assert bool(named) >= ("checked" in here), check
        assert set(named) <= set(own), check


def test_a_rule_that_names_a_check_of_the_tool_is_in_its_row(table: dict[str, tuple[str, str]]) -> None:
    """`SAT GOV-12, GOV-13` in a rule's control: both rows exist."""
    named = {check for rule in rules() for check in re.findall(r"\b(?:DP|GOV|IA|INFO|NS)-\d+\b", _sat(rule.control))}
    assert named - set(table) <= {"DP-3"}  # on for AWS only, and met all the same


def _sat(control: str) -> str:
    return ";".join(part for part in control.split(";") if part.strip().startswith("SAT "))
