"""The locations of the checkout and of the local clouds."""

import os
import re
from pathlib import Path

from cli.errors import CommandError

ROOT = Path(__file__).resolve().parent.parent
STACKS = ROOT / "cdktf.out"
WORKSPACES = ROOT / "workspaces"
WAIVERS = ROOT / "policies" / "waivers.yaml"


def clouds() -> Path:
    """The folder of all local clouds: `.mlops`, or the value of `MLOPS_HOME`."""
    return Path(os.environ.get("MLOPS_HOME", ROOT / ".mlops"))


def current_home() -> Path:
    """The local cloud that commands talk to: the last one used, at first `generated`."""
    pointer = clouds() / "current"
    name = pointer.read_text().strip() if pointer.exists() else "generated"
    return clouds() / name


def use_home(name: str) -> Path:
    """Make the local cloud called `name` the one that commands talk to, and return its folder.

    Raises CommandError if the name could lead outside the folder of the local clouds.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name):
        raise CommandError(f"local cloud name {name!r}: allowed are letters, digits, '-' and '_'; rename the file")
    clouds().mkdir(parents=True, exist_ok=True)
    (clouds() / "current").write_text(name + "\n")
    return clouds() / name
