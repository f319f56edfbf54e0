"""The fenced blocks of the documentation, each with the mark on the line above it.

A block of `sh` is run by a test, or a comment above it says why not: `<!-- needs-cloud: REASON -->`, or
`<!-- covered: TEST, … -->` if a test that starts a local cloud runs the same commands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*) *\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- (needs-cloud|covered): (.+) -->\n\Z")


@dataclass(frozen=True, kw_only=True)
class Block:
    """`mark` is needs-cloud, covered, or empty; `why` the reason, or the tests. `line` is that of its fence."""

    file: str
    line: int
    language: str
    text: str
    mark: str
    why: str

    @property
    def place(self) -> str:
        """Where it is, for a person and for a test's name."""
        return f"{self.file}:{self.line}"


def pages() -> list[Path]:
    """What people read."""
    return [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(
        (ROOT / "docs").rglob("*.md")
    )


def blocks() -> list[Block]:
    """Those of every page, in order."""
    return [block for page in pages() for block in blocks_of(page.read_text(encoding="utf-8"), page)]


def blocks_of(text: str, page: Path) -> Iterator[Block]:
    """Those of one text."""
    for found in _FENCE.finditer(text):
        mark = _MARK.search(text[: found.start()])
        yield Block(
            file=str(page.relative_to(ROOT)),
            line=text.count("\n", 0, found.start()) + 1,
            language=found[1],
            text=found[2],
            mark=mark[1] if mark else "",
            why=mark[2] if mark else "",
        )
