"""`docs/performance.md`, whose sections are measured and rewritten one at a time."""

import os
import platform
import re
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"


def rewrite(section: Sequence[str]) -> None:
    """Replace the section with the title in the first line of `section`, or append it to the page.

    It states the date and the machine of the measurement.
    """
    title, *lines = section
    put([title, measured_on(), "", *lines], PAGE)


def put(section: Sequence[str], page: Path) -> None:
    """Put `section`, whose first line is its title, in its place on `page`, or at its end."""
    title, fresh = section[0], "\n".join(section).rstrip() + "\n"
    text = page.read_text(encoding="utf-8")
    start, end = _place(title, text)
    page.write_text(f"{text[:start].rstrip()}\n\n{fresh}\n{text[end:]}".rstrip() + "\n", encoding="utf-8")
    print(f"wrote {title.removeprefix('## ')} in {page.relative_to(ROOT)}")


def section_of(title: str, page: Path) -> str:
    """The section with that title, or an empty text."""
    text = page.read_text(encoding="utf-8")
    start, end = _place(title, text)
    return text[start:end]


def _place(title: str, text: str) -> tuple[int, int]:
    found = re.search(rf"^{re.escape(title)}$.*?(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return found.span() if found else (len(text), len(text))


def measured_on() -> str:
    """Today, and a description of this machine."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"{time.strftime('%Y-%m-%d')}, {machine}."
