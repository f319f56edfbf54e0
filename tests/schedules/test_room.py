"""What this room may import: nothing but the standard library, since every room may import it."""

import ast
import sys
from pathlib import Path

import schedules

ROOM = Path(schedules.__file__).parent


def test_schedules_import_the_standard_library_only() -> None:
    """A leaf makes no room depend on another."""
    found = set()
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    assert "zoneinfo" in found
    assert found - set(sys.stdlib_module_names) == {"schedules"}


def test_no_other_module_reads_quartz() -> None:
    """The words that a reader of Quartz needs stand in one file."""
    root = ROOM.parent
    rooms = ("bench", "cli", "infra", "localcloud", "ml", "policies", "schedules")
    readers = [
        str(path.relative_to(root))
        for room in rooms
        for path in sorted((root / room).rglob("*.py"))
        if '"SUN", "MON"' in path.read_text(encoding="utf-8") or "SUN|MON" in path.read_text(encoding="utf-8")
    ]
    assert readers == ["schedules/expression.py"]
