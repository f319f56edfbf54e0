"""A pytest plugin for the runtime's environment: leaves out what needs another room, which is not installed there."""

import re
from pathlib import Path

# At the start of a line: what a test imports only when it runs is its fixtures' business.
_ANOTHER_ROOM = re.compile(r"^(from|import) (tests\.)?(localcloud|infra|cli|policies|httpx)\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a test module, or the folder of a conftest, that imports another room."""
    file = collection_path / "conftest.py" if collection_path.is_dir() else collection_path
    if file.suffix == ".py" and file.is_file() and _ANOTHER_ROOM.search(file.read_text(encoding="utf-8")):
        return True
    return None
