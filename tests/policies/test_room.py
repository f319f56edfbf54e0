"""What this room may import: it judges JSON, and must not know the code that made it."""

import ast
from collections.abc import Iterator
from pathlib import Path

FORBIDDEN = {"infra", "ml", "localcloud", "cli", "cdktf"}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_policies_import_no_other_room(root: Path) -> None:
    """A review works on the documents of anybody's stacks."""
    files = sorted((root / "policies").rglob("*.py"))
    assert files
    found = {(str(path.relative_to(root)), name) for path in files for name in _imported(path) if name in FORBIDDEN}
    assert found == set()
