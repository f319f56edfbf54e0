"""Synthesizes the stacks, for every command that needs them."""

import time
from pathlib import Path

from cli.errors import CommandError
from cli.output import progress
from cli.paths import STACKS, WORKSPACES


def synthesize(out: Path = STACKS, workspaces: Path = WORKSPACES) -> list[str]:
    """Write every stack under `out` and return their names, in the order in which they deploy.

    Raises CommandError with every mistake in the YAML files.
    """
    from infra.main import synth as synthesize_stacks  # noqa: PLC0415 - starts Node, which other commands don't need
    from infra.spec import SpecError  # noqa: PLC0415

    started = time.monotonic()
    try:
        names = synthesize_stacks(out, workspaces)
    except SpecError as error:
        raise CommandError(str(error)) from error
    progress.print(f"synthesized {len(names)} stacks in {time.monotonic() - started:.1f} s")
    return names
