"""The page of figures, whose sections scripts write one by one."""

from pathlib import Path

import pytest

from bench import page


def test_a_section_is_put_in_its_place_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script knows its own sections only; what others measured is no less true for it."""
    file = tmp_path / "docs" / "performance.md"
    file.parent.mkdir()
    file.write_text("# Performance\n\n## A\nold\n\n## B\nof another script\n", encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", file)
    monkeypatch.setattr(page, "ROOT", tmp_path)
    monkeypatch.setattr(page, "measured_on", lambda: "today, here.")
    page.rewrite(["## A", "1 s"])
    page.rewrite(["## C", "2 s"])
    assert file.read_text(encoding="utf-8") == (
        "# Performance\n\n## A\ntoday, here.\n\n1 s\n\n## B\nof another script\n\n## C\ntoday, here.\n\n2 s\n"
    )


def test_a_section_is_found_and_put_on_another_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another script measured is kept by the one that writes the rest; one that is not there is nothing."""
    file = tmp_path / "errors.md"
    file.write_text("# Errors\n\n## A\n1\n\n## B\n2\n", encoding="utf-8")
    monkeypatch.setattr(page, "ROOT", tmp_path)
    page.put(["## B", "3"], file)
    assert page.section_of("## A", file) == "## A\n1\n\n"
    assert page.section_of("## B", file) == "## B\n3\n"
    assert page.section_of("## C", file) == ""
