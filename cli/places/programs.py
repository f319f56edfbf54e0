"""Runs docker, az, kubelogin and kubectl."""

import shlex
import shutil
import subprocess
from collections.abc import Iterable

from cli.errors import CommandError
from cli.output import progress

# Lines of a program's own output in an error.
_SHOWN = 10


def require(names: Iterable[str]) -> None:
    """Raise CommandError with the programs that are missing on PATH, before any step starts."""
    absent = [name for name in names if shutil.which(name) is None]
    if absent:
        raise CommandError(f"{', '.join(absent)} must be on PATH: install what is missing, and run this again", 2)


def run(command: tuple[str, ...]) -> str:
    """The program's output. Raises CommandError if it fails."""
    progress.print(f"  {shlex.join(command)}", markup=False, soft_wrap=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_SHOWN:])
        raise CommandError(f"{shlex.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout.strip()


def tried(command: tuple[str, ...]) -> str | None:
    """The program's output; None if it fails."""
    try:
        return run(command)
    except CommandError:
        return None
