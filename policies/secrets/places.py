"""Which files are searched, and copies of those whose lines are too long to search."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

# What runs leave behind: stacks and plans, reports of scans, logs and reports of local clouds.
GENERATED = ("cdktf.out", "dist", ".mlops/*/logs", ".mlops/*/demo", ".mlops/*/report.html")
# detect-secrets passes over longer lines in silence, and a plan is one line.
_LONGEST_LINE = 20_000
_OVERLAP = 500


class NoRepository(ValueError):  # noqa: N818 - it names the folder
    """The folder is no git checkout, so which files belong to the repository is not known."""


def repository_files(root: Path) -> list[Path]:
    """Every file that is, or could be, committed: what git tracks and what it does not ignore."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoRepository(f"{root}: is no git checkout ({done.stderr.strip()}); name the files to search")
    return [path for name in sorted(filter(None, done.stdout.split("\0"))) if (path := root / name).is_file()]


def generated_files(root: Path) -> list[Path]:
    """Every file that synthesis, plans, scans and local clouds left under `root`."""
    return files_under(path for pattern in GENERATED for path in sorted(root.glob(pattern)))


def files_under(paths: Iterable[Path]) -> list[Path]:
    """Files named, and those in folders named."""
    return [
        file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*"))) if file.is_file()
    ]


def searchable(file: Path, copies: Path) -> Path | None:
    """The file, or a copy under `copies` with short lines; None where it is no text.

    JSON is laid out anew, so that a key stands beside its value; other long lines are cut, with an overlap.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
    if max(map(len, text.splitlines()), default=0) <= _LONGEST_LINE:
        return file
    copy = copies / f"{len(list(copies.iterdir()))}-{file.name}"
    copy.write_text(_laid_out(text) or _cut(text), encoding="utf-8")
    return copy


def _laid_out(text: str) -> str | None:
    try:
        return _cut(json.dumps(json.loads(text), indent=1, ensure_ascii=False))
    except ValueError:
        return None


def _cut(text: str) -> str:
    step = _LONGEST_LINE - _OVERLAP
    parts = (line[at : at + _LONGEST_LINE] for line in text.splitlines() for at in range(0, max(len(line), 1), step))
    return "\n".join(parts) + "\n"
