"""Every action of others is pinned by a SHA that was looked up, and docs/actions.md says where."""

import re

from tests.delivery.steps import ROOT

_USES = re.compile(r"uses: ([\w./-]+)@(\S+)(?: # (v[\d.]+))?$", re.MULTILINE)
_ROW = re.compile(r"^\| ([\w./-]+) \| (v[\d.]+) \| ([0-9a-f]{40}|not found) \| (.+) \|$", re.MULTILINE)


def _used() -> set[tuple[str, str, str]]:
    files = sorted((ROOT / ".github").rglob("*.yml"))
    return {(name, at, tag) for file in files for name, at, tag in _USES.findall(file.read_text(encoding="utf-8"))}


def test_the_list_and_the_workflows_are_one() -> None:
    """Name, commit and tag: one that is not looked up stands at its tag, and is listed as not found."""
    rows = _ROW.findall((ROOT / "docs" / "actions.md").read_text(encoding="utf-8"))
    listed = {(name, tag, "") if sha == "not found" else (name, sha, tag) for name, tag, sha, _ in rows}
    assert _used() == listed
    assert len(listed) == 6


def test_every_pin_says_where_it_was_read() -> None:
    """A repository, a file and a commit, so that anyone can look it up again; of its own repository: that commit."""
    for name, _, sha, source in _ROW.findall((ROOT / "docs" / "actions.md").read_text(encoding="utf-8")):
        found = re.fullmatch(r"([\w.-]+/[\w.-]+), `\S+` at ([0-9a-f]{12})", source)
        assert sha == "not found" or found, name
        assert found is None or not name.startswith(found[1]) or sha.startswith(found[2]), name
