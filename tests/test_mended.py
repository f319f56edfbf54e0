"""docs/real-platform.md says how every finding was fixed, and by which tests; what is open is in the checklist."""

import re
from pathlib import Path

import pytest

from tests.named import named_tests

_TEST = re.compile(r"\btest_[a-z0-9_]+\b(?!\.py)")
_FINDINGS = (*(f"A{number}" for number in range(1, 9)), *(f"B{number}" for number in range(1, 11)))
_PARTS = ("C, the rest", "C, `databricks_quality_monitor`", "E (the artifact)", "F, first item", "F, the other items")
_PROVIDERS = ("empty items", "a change at every plan", "destroy stops half-way", "routes that were missing")


@pytest.fixture
def mended(root: Path) -> str:
    """The page of findings."""
    return (root / "docs" / "real-platform.md").read_text(encoding="utf-8")


def test_every_named_test_exists(mended: str, root: Path) -> None:
    """A line that names a test which is gone proves nothing."""
    known = named_tests(root / "tests")
    named = set(_TEST.findall(mended))
    assert len(named) > 40
    assert sorted(named - known) == []


def test_every_finding_has_its_line(mended: str) -> None:
    """By its number in the notes, or the words of its table."""
    lacking = [number for number in _FINDINGS if not re.search(rf"(^- |\(){number}\b", mended, re.MULTILINE)]
    assert lacking == []
    assert [part for part in _PARTS if f"- {part}" not in mended] == []
    assert [row for row in _PROVIDERS if f"- Provider, {row}" not in mended] == []


@pytest.mark.parametrize(
    "item",
    [
        "autotermination_minutes",
        "isolated probe",
        "replaced under `/Volumes`",
        "saved GBT",
        "root storage",
        "APPLY_TAG",
        "CAN_USE",
        "groups",
        "package_index",
        "pip list",
        "Lakebase",
    ],
)
def test_the_sandbox_checklist_names_what_no_test_here_can_see(item: str, root: Path) -> None:
    """What only a real workspace settles has a line in the first deployment's guide."""
    guide = (root / "docs" / "guides" / "first-deployment.md").read_text(encoding="utf-8")
    assert item in guide.partition("## Sandbox checklist")[2]
