"""A copy of this checkout in which production mirrors a use case, and dev reads the mirror in the place of gold."""

from pathlib import Path

from cli.demo.checkout import copied, edit
from cli.errors import CommandError
from cli.paths import ROOT
from ml.usecases import USE_CASES

# The scope of production's vault, and the key in it.
SCOPE, KEY = "prod", "{}-mirror-key"


def require_mirror(use_case: str) -> None:
    """Raises CommandError for a use case without a mirror, with those that declare one."""
    declared = sorted(name for name, case in USE_CASES.items() if case.mirror)
    if use_case not in declared:
        raise CommandError(f"use case {use_case!r} declares no mirror; those that do: {', '.join(declared)}", 2)


def mirroring_checkout(use_case: str, folder: Path, root: Path = ROOT) -> Path:
    """Make the copy in `folder`, with the two lines that switch a mirror on. Raises CommandError if they do not fit."""
    copied(folder, root)
    workspaces, begins = folder / "workspaces", f"  {use_case}:\n"
    edit(workspaces / "prod.yaml", begins, f"{begins}    mirror_key: {SCOPE}/{KEY.format(use_case)}\n")
    read = f"{begins}    source: prod\n"
    edit(workspaces / "dev.yaml", read, f"{read}    mirror: true\n")
    return folder
