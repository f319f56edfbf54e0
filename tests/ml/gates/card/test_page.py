"""The card as its reader meets it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml.declarations import ProblemType
from ml.gates.card.page import page
from ml.gates.card.writing import document
from tests.looking import Look, looked_at, looks
from tests.ml.gates.card.facts_made import facts
from tests.ml.problems.made import BINARY, PROBLEMS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = '<script>alert(1)</script>" onload="x'


def test_what_data_says_is_text() -> None:
    """Nothing that a declaration or a reason says becomes part of the page's markup."""
    card = facts(BINARY, comparison=HOSTILE)
    text = page(document(replace(card, about=HOSTILE)))
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x") == 2


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
@looks
def test_it_is_read_on_a_phone_and_on_a_desk(
    browser: "Browser", tmp_path: Path, problem: ProblemType, look: Look
) -> None:
    """Every section, with its picture; a long reason is a list of its parts."""
    card, path = document(facts(problem)), tmp_path / "model_card.html"
    path.write_text(page(card), encoding="utf-8")
    with looked_at(browser, path.as_uri(), look, f"card-{problem.name}") as opened:
        titles = [each.inner_text() for each in opened.locator("h2").all()]
        assert titles == [section.title for section in card.sections]
        assert opened.evaluate("document.images.length") == 1
