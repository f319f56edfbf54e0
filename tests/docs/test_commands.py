"""Every `mlops` command on a page, with its options, exists, and so does every target of make."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from cli.main import mlops
from tests.docs.blocks import ROOT, blocks_of, pages

_INLINE = re.compile(r"(?<!`)`((?:mlops|make) [^`]+)`(?!`)")
_NAME = re.compile(r"[a-z][a-z-]*")


def _written(text: str) -> Iterator[str]:
    """The commands in a page's text and in its blocks of sh, without comments."""
    shell = [block.text for block in blocks_of(text, ROOT / "README.md") if block.language == "sh"]
    lines = [line.removeprefix(".venv/bin/") for line in "\n".join(shell).splitlines()]
    for command in [*_INLINE.findall(text), *(line for line in lines if line.startswith(("mlops ", "make ")))]:
        plain = command.replace("\n", " ").partition(" #")[0]
        yield re.sub(r"<[^>]+>", "VALUE", plain).strip().replace("\\|", "|")


COMMANDS = sorted({command for page in pages() for command in _written(page.read_text(encoding="utf-8"))})


def _problem(words: list[str]) -> str:
    """Why the words after `mlops` are no command; empty if they are one. A missing value is a mention of the option."""
    command: click.Command = mlops
    context = click.Context(mlops, info_name="mlops")
    while isinstance(command, click.Group) and words and _NAME.fullmatch(words[0]):
        found = command.get_command(context, words[0])
        if found is None:
            return f"no command {words[0]}"
        command, context, words = found, click.Context(found, parent=context, info_name=words[0]), words[1:]
    if isinstance(command, click.Group):
        return ""
    try:
        command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return "" if "requires an argument" in error.format_message() else error.format_message()
    return ""


def test_every_command_of_a_page_exists_with_its_options() -> None:
    """`…` and words in capitals stand for values; what the values mean is not checked."""
    asked = [command for command in COMMANDS if command.startswith("mlops ")]
    assert len(asked) > 100
    wrong = {command: _problem(shlex.split(command)[1:]) for command in asked}
    assert {command: problem for command, problem in wrong.items() if problem} == {}


def test_every_make_target_of_a_page_exists() -> None:
    """Words after `make` that are no settings (`ENV=prod`) are targets."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {word for command in COMMANDS if command.startswith("make ") for word in shlex.split(command)[1:]}
    asked = {word for word in asked if _NAME.fullmatch(word)}
    assert len(asked) > 20
    assert asked - targets == set()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("dr1ft", ""),
        ("drift schedule --env prod", ""),
        ("drfit x", "no command drfit"),
        ("sql --envv prod x", "--envv"),
    ],
)
def test_a_wrong_command_is_found(words: str, problem: str) -> None:
    """A misspelled command or option is a problem; a placeholder in place of a command is none."""
    assert problem in _problem(words.split()) if problem else _problem(words.split()) == ""
