"""Writes the reference into a folder: `python -m cli.reference FOLDER`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from cli.paths import ROOT, WORKSPACES
from cli.reference import checks, commands, jobs, settings, tables
from infra.spec import load
from ml.usecases import USE_CASES


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "commands.md": commands.page(ROOT / "Makefile"),
        "settings.md": settings.page(WORKSPACES / "schema"),
        "jobs.md": jobs.page(load(WORKSPACES)),
        "tables.md": tables.page(USE_CASES),
        "checks.md": checks.page(),
    }


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    if len(arguments) != 1:
        print("python -m cli.reference FOLDER: name the folder to write into", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
