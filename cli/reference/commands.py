"""Every command of `mlops`, and every target of the Makefile."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from cli.main import mlops
from cli.reference.markdown import table

_TARGET = re.compile(r"^([a-z-]+):.*?## (.+)$", re.MULTILINE)


def page(makefile: Path) -> str:
    """Both, with each command's options."""
    targets = table(("target", "what it does"), sorted(_TARGET.findall(makefile.read_text(encoding="utf-8"))))
    commands = "\n".join(_commands(mlops, "mlops"))
    return f"# Commands\n\n## make\n\n{targets}\n## mlops\n\n{commands}"


def _commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        elif command is not None:
            yield from _command(command, f"{path} {name}")


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield f"### {path}\n"
    yield f"`{' '.join([path, *command.collect_usage_pieces(context)])}`\n"
    yield f"{' '.join((command.help or '').split())}\n"
    records = [found for each in command.get_params(context) if (found := each.get_help_record(context))]
    if records:
        yield table(("option", "meaning"), ((f"`{name}`", meaning) for name, meaning in records))
