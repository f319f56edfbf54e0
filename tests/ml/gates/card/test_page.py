"""The card as its reader meets it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml.declarations import ProblemType
from ml.gates.card.page import page
from ml.gates.card.writing import document
from tests.ml.gates.card.facts_made import facts
from tests.ml.problems.made import BINARY, PROBLEMS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = '<script>alert(1)</script>" onload="x'
_CONTRAST = """() => {
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const behind = node => { for (let at = node; at; at = at.parentElement) {
    const found = colour(getComputedStyle(at).backgroundColor); if (found.length < 4 || found[3]) return found; }
    return [255, 255, 255]; };
  return [...document.querySelectorAll("h1, h2, p, li, th, td, figcaption")].map(node => {
    const [a, b] = [light(colour(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), node.textContent.slice(0, 30)]; }).filter(([ratio]) => ratio < 4.5);
}"""


def test_what_data_says_is_text() -> None:
    """Nothing that a declaration or a reason says becomes part of the page's markup."""
    card = facts(BINARY, comparison=HOSTILE)
    text = page(document(replace(card, about=HOSTILE)))
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x") == 2


def _opened(browser: "Browser", path: Path, width: int, scheme: str) -> tuple["Page", list[str], list[str]]:
    """The page, what its console said, and what it asked for."""
    opened = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri())
    return opened, said, asked


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_it_is_read_on_a_phone_and_on_a_desk(
    browser: "Browser", tmp_path: Path, problem: ProblemType, scheme: str, width: int
) -> None:
    """No error, no request but for itself, nothing wider than the screen, every text readable, no picture missing."""
    card, path = document(facts(problem)), tmp_path / "model_card.html"
    path.write_text(page(card), encoding="utf-8")
    opened, said, asked = _opened(browser, path, width, scheme)
    assert [each.inner_text() for each in opened.locator("h2").all()] == [section.title for section in card.sections]
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert opened.evaluate("[...document.images].map(each => each.naturalWidth)") == [1]
    assert opened.evaluate(_CONTRAST) == []
    opened.close()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
