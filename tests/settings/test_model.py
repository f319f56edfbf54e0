"""A YAML file becomes a typed value, or every problem of it at once."""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field

from settings.model import parse_model, read_model
from settings.problems import SettingsError


class _Shelf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    books: Annotated[int, Field(ge=0, description="a whole number of books")]
    tags: Annotated[tuple[str, ...], Field(description="a list of words")] = ()


class _ShelfError(SettingsError):
    where = "the shelves"


def test_a_right_file_is_a_value(tmp_path: Path) -> None:
    """With lists as tuples."""
    file = tmp_path / "shelf.yaml"
    file.write_text("name: left\nbooks: 3\ntags: [old, rare]\n")
    assert read_model(file, _Shelf) == _Shelf(name="left", books=3, tags=("old", "rare"))


def test_what_is_wrong_with_text_and_values_comes_together() -> None:
    """By line, each with what was given, what is allowed and what to change; as the error that the caller named."""
    with pytest.raises(_ShelfError) as refused:
        parse_model("shelf.yaml", "books: 030\nbooks: -1\ntag: old\ntags: old\n", _Shelf, _ShelfError)
    assert str(refused.value).splitlines() == [
        "6 problem(s) in the shelves:",
        "  shelf.yaml:1: books: given -1; allowed a whole number of books; input should be greater than or equal to 0",
        "  shelf.yaml:1: books: given 030, which YAML reads as 24; allowed a whole number in decimal digits, without "
        "leading zeros; write it so, or in quotes if it is a text",
        "  shelf.yaml:1: name: given nothing; allowed a value of its kind; add 'name'",
        "  shelf.yaml:2: books: given the same key again; allowed each key once; remove one of the two",
        "  shelf.yaml:3: tag: given a setting that does not exist; allowed books, name, tags; rename it to 'tags'",
        "  shelf.yaml:4: tags: given 'old'; allowed a list of words; write a list",
    ]


@pytest.mark.parametrize("text", ["name: [\n", "no: 1\n", "name: &a [*a]\n"])
def test_of_a_text_that_cannot_be_read_nothing_else_is_said(text: str) -> None:
    """One problem: nothing was read that could be wrong too."""
    with pytest.raises(SettingsError) as refused:
        parse_model("shelf.yaml", text, _Shelf)
    assert len(refused.value.problems) == 1


def test_bytes_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    """Not an error of the reader's."""
    file = tmp_path / "shelf.yaml"
    file.write_bytes(b"name: \xff\n")
    with pytest.raises(SettingsError, match="allowed valid YAML in UTF-8"):
        read_model(file, _Shelf)
