"""`docs/performance.md`, whose sections are measured and rewritten one by one."""

import os
import platform
import re
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"


def rewrite(section: Sequence[str]) -> None:
    """Put `section`, whose first line is its title, in the place of the one with that title, or at the page's end.

    It says when and on what it was measured.
    """
    title, *lines = section
    fresh = "\n".join([title, measured_on(), "", *lines]).rstrip() + "\n"
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(title)}$.*?(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    start, end = found.span() if found else (len(page), len(page))
    text = f"{page[:start].rstrip()}\n\n{fresh}\n{page[end:]}"
    PAGE.write_text(text.rstrip() + "\n", encoding="utf-8")
    print(f"wrote {title.removeprefix('## ')} in {PAGE.relative_to(ROOT)}")


def measured_on() -> str:
    """Today, and what this machine is."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"{time.strftime('%Y-%m-%d')}, {machine}."
