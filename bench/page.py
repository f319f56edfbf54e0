"""`docs/performance.md`, whose sections are measured and rewritten one by one."""

import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"


def rewrite(section: Sequence[str]) -> None:
    """Put `section`, whose first line is its title, in the place of the one with that title, or at the page's end."""
    fresh = "\n".join(section).rstrip() + "\n"
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(section[0])}$.*?(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    start, end = found.span() if found else (len(page), len(page))
    text = f"{page[:start].rstrip()}\n\n{fresh}\n{page[end:]}"
    PAGE.write_text(text.rstrip() + "\n", encoding="utf-8")
    print(f"wrote {section[0].removeprefix('## ')} in {PAGE.relative_to(ROOT)}")
