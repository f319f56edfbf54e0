"""The site has every page in its place, and builds without a warning."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from cli.reference.__main__ import main as write_reference
from tests.docs.blocks import ROOT, pages
from tests.looking import LOOKS, Look, looked_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


def test_no_page_has_a_picture_in_a_language_that_the_site_shows_as_text() -> None:
    """GitHub draws Mermaid, the site does not: a page of docs/ shows a file of docs/pictures."""
    drawn = [page.name for page in (ROOT / "docs").rglob("*.md") if "```mermaid" in page.read_text(encoding="utf-8")]
    assert drawn == []


# The widest tables and longest lines, and a page that is written from the code.
_LOOKED_AT = ("index", "architecture", "performance", "reference/settings")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, with the reference, as `make docs` builds it; a warning fails it."""
    tool = ROOT / ".tools" / "docs" / "bin" / "mkdocs"
    if not tool.exists():
        pytest.skip("needs mkdocs: run `make docs`")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    assert write_reference([str(folder / "docs" / "reference")]) == 0
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    (folder / "mkdocs.yml").write_text(yaml.safe_dump({**settings, "docs_dir": "docs", "site_dir": "site"}))
    command = [str(tool), "build", "--strict"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, re.findall(r"^(?:WARNING|ERROR).*", done.stderr, re.MULTILINE)) == (0, [])
    return folder / "site"


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The address of the site: its search starts a worker, which a browser allows to no file."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_builds_without_a_warning(site: Path) -> None:
    """Every kind of page is there."""
    for page in ("index.html", "reference/commands.html", "operations/incident.html"):
        assert (site / page).is_file()


@pytest.mark.parametrize(("page", "look"), [*((page, LOOKS[0]) for page in _LOOKED_AT), ("index", LOOKS[2])], ids=str)
def test_it_is_read_on_a_phone_and_on_a_screen(browser: "Browser", served: str, page: str, look: Look) -> None:
    """Without another network: the theme carries its styles, scripts and letters itself. It is always light."""
    with looked_at(browser, f"{served}/{page}.html", look, f"docs-{page.replace('/', '-')}") as opened:
        assert opened.locator("h1").count() == 1
