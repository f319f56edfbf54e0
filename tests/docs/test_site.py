"""The site has every page in its place, and builds without a warning."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from cli.reference.__main__ import main as write_reference
from tests.docs.blocks import ROOT, pages

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def _listed(node: object) -> list[str]:
    if isinstance(node, dict):
        return [page for child in node.values() for page in _listed(child)]
    if isinstance(node, list):
        return [page for child in node for page in _listed(child)]
    return [str(node)]


def test_every_page_has_one_place() -> None:
    """But for the decisions, which their own list names."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = _listed(settings["nav"])
    written = {"commands", "settings", "jobs", "tables", "checks"}
    there = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    there = {name for name in there if not name.startswith("adr/0")} | {f"reference/{name}.md" for name in written}
    assert sorted(listed) == sorted(there)


def test_every_decision_is_listed_by_the_decisions() -> None:
    """The site's own list leaves them to that page."""
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "docs" / "adr").glob("0*.md") if f"]({path.name})" not in index] == []


def test_every_link_leads_somewhere() -> None:
    """Also where the repository itself is read, without the site."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target, _ in _LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    """With the reference, as `make docs` builds it; a warning fails it."""
    tool = ROOT / ".tools" / "docs" / "bin" / "mkdocs"
    if not tool.exists():
        pytest.skip("needs mkdocs: run `make docs`")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    assert write_reference([str(tmp_path / "docs" / "reference")]) == 0
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump({**settings, "docs_dir": "docs", "site_dir": "site"}))
    command = [str(tool), "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, re.findall(r"^(?:WARNING|ERROR).*", done.stderr, re.MULTILINE)) == (0, [])
    for page in ("index.html", "reference/commands.html", "operations/incident.html"):
        assert (tmp_path / "site" / page).is_file()
