"""Every action of others is pinned by a SHA that was looked up, and docs/actions.md says where."""

import re

from tests.delivery.steps import ROOT

_USES = re.compile(r"uses: ([\w./-]+)@(\S+)(?: # (v[\d.]+))?$", re.MULTILINE)
_ROW = re.compile(r"^\| ([\w./-]+) \| (v[\d.]+) \| ([0-9a-f]{40}|not found) \| (.+) \| (yes|no) \|$", re.MULTILINE)


def _rows() -> list[tuple[str, str, str, str, str]]:
    return _ROW.findall((ROOT / "docs" / "actions.md").read_text(encoding="utf-8"))


def _used() -> set[tuple[str, str, str]]:
    files = sorted((ROOT / ".github").rglob("*.yml"))
    return {(name, at, tag) for file in files for name, at, tag in _USES.findall(file.read_text(encoding="utf-8"))}


def test_the_list_and_the_workflows_are_one() -> None:
    """Name, commit and tag: an action without a known commit stays at its tag, and is listed as not found."""
    listed = {(name, tag, "") if sha == "not found" else (name, sha, tag) for name, tag, sha, _, _ in _rows()}
    assert _used() == listed
    assert len(listed) == 6


def test_every_pin_names_its_source() -> None:
    """The source is a repository, a file and a commit; in the action's own repository it is the pinned commit."""
    for name, _, sha, source, _ in _rows():
        found = re.fullmatch(r"([\w.-]+/[\w.-]+), `\S+` at ([0-9a-f]{12})", source)
        assert sha == "not found" or found, name
        assert found is None or not name.startswith(found[1]) or sha.startswith(found[2]), name


def test_the_pins_from_other_repositories_are_named() -> None:
    """The page lists them in bold text above the table, so that somebody confirms them before the first run."""
    for name, _, _, source, own in _rows():
        assert (own == "yes") == name.startswith(source.partition(",")[0]), name
    others = [name for name, _, _, _, own in _rows() if own == "no"]
    page = (ROOT / "docs" / "actions.md").read_text(encoding="utf-8")
    assert others == ["actions/download-artifact", "hashicorp/setup-terraform"]
    assert f"their own repositories**: {' and '.join(f'`{name}`' for name in others)}." in page
