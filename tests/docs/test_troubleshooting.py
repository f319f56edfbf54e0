"""Every message on the page about troubleshooting is one that the code prints."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.docs.blocks import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
ROOMS = ("cli", "infra", "policies", "delivery", "localcloud")
_SHORTEST = 8


@cache
def _printed() -> str:
    """Every text in the code, with `…` for what is put in, and the scripts as they stand."""
    texts = [text for room in ROOMS for file in (ROOT / room).rglob("*.py") for text in _texts(file.read_text("utf-8"))]
    scripts = [ROOT / "Makefile", *(file for file in (ROOT / ".ci").iterdir() if file.is_file())]
    return "\n".join([*texts, *(re.sub(r"\$\{?\w+\}?", "…", file.read_text("utf-8")) for file in scripts)])


def _texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _messages() -> list[str]:
    return re.findall(r"^\| `(.+?)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("message", _messages())
def test_a_message_is_one_that_is_printed(message: str) -> None:
    """Each of its parts that does not differ, word by word."""
    parts = [part.strip(" :.,;") for part in message.split("…")]
    told = [part for part in parts if len(part) >= _SHORTEST]
    assert told, message
    assert [part for part in told if part not in _printed()] == []


def test_the_page_has_the_messages_of_every_part() -> None:
    """A table that is written otherwise would be passed over."""
    assert len(_messages()) >= 20
