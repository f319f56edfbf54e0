"""The files to search, and copies of those whose lines are too long to search."""

import codecs
import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Outputs of runs: stacks and plans, reports of scans, logs and reports of local clouds.
GENERATED = ("cdktf.out", "dist", ".mlops/*/logs", ".mlops/*/demo", ".mlops/*/report.html")
# detect-secrets silently skips longer lines, and a plan is one line.
_LONGEST_LINE = 20_000
_OVERLAP = 500
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")


class NoRepository(ValueError):  # noqa: N818 - it names the folder
    """The folder is not a git checkout, so the repository's files are unknown."""


def repository_files(root: Path) -> list[Path]:
    """Every file that is, or could be, committed: tracked by git or not ignored."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoRepository(f"{root}: is not a git checkout ({done.stderr.strip()}); name the files to search")
    return [path for name in sorted(filter(None, done.stdout.split("\0"))) if (path := root / name).is_file()]


def generated_files(root: Path) -> list[Path]:
    """Every file that synthesis, plans, scans and local clouds wrote under `root`."""
    return files_under(path for pattern in GENERATED for path in sorted(root.glob(pattern)))


def files_under(paths: Iterable[Path]) -> list[Path]:
    """The named files, and the files in the named folders."""
    return [
        file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*"))) if file.is_file()
    ]


def searchable(file: Path, copies: Path) -> Path | None:
    """The file, or a copy under `copies` in UTF-8 with short lines; None if it is not text.

    JSON is reformatted, so that a key is on the line of its value; other long lines are split, with an overlap.
    """
    text = text_of(file)
    if text is None:
        return None
    short = max(map(len, text.splitlines()), default=0) <= _LONGEST_LINE
    if short and _is_utf8(file):
        return file
    copy = copies / f"{len(list(copies.iterdir()))}-{file.name}"
    copy.write_text(text if short else _laid_out(text) or _cut(text), encoding="utf-8")
    return copy


def unsearchable(files: Iterable[Path]) -> list[Path]:
    """The files that are skipped because they are not text."""
    return [file for file in files if text_of(file) is None]


def text_of(file: Path) -> str | None:
    """The file's text, from UTF-8, UTF-16 (written by PowerShell), or Latin-1; None if it is not text."""
    raw = file.read_bytes()
    for encoding in _encodings(raw):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _encodings(raw: bytes) -> tuple[str, ...]:
    """Possible encodings: Latin-1 accepts anything, so only if no bytes are typical of pictures or archives."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in raw:
        zeros = (raw[0::2].count(0), raw[1::2].count(0))
        return {(0, len(raw) // 2): ("utf-16-le",), (len(raw) // 2, 0): ("utf-16-be",)}.get(zeros, ())
    return ("utf-8",) if _CONTROL.search(raw) else ("utf-8", "latin-1")


def _is_utf8(file: Path) -> bool:
    raw = file.read_bytes()
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw


def _laid_out(text: str) -> str | None:
    try:
        return _cut(json.dumps(json.loads(text), indent=1, ensure_ascii=False))
    except ValueError:
        return None


def _cut(text: str) -> str:
    step = _LONGEST_LINE - _OVERLAP
    parts = (line[at : at + _LONGEST_LINE] for line in text.splitlines() for at in range(0, max(len(line), 1), step))
    return "\n".join(parts) + "\n"
