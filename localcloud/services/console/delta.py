"""The latest changes of a table, read from its Delta log without Spark."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SHOWN = 10
_LOG = "_delta_log"


def history(location: Path) -> list[dict[str, Any]]:
    """A row per change, newest first: `version`, `at` (epoch ms), `operation`, `rows` if the log has them."""
    found = sorted((location / _LOG).glob("*.json"), reverse=True)[:_SHOWN]
    return [_change(file) for file in found if file.stem.isdecimal()]


def _change(file: Path) -> dict[str, Any]:
    said = _commit(file)
    written = (said.get("operationMetrics") or {}).get("numOutputRows")
    return {
        "version": int(file.stem),
        "at": said.get("timestamp"),
        "operation": str(said.get("operation", "")),
        "rows": written,
    }


def _commit(file: Path) -> Mapping[str, Any]:
    """The content of a commit; nothing for one that is still being written."""
    try:
        with file.open(encoding="utf-8") as lines:
            actions = (json.loads(line) for line in lines)
            return next((dict(action["commitInfo"]) for action in actions if "commitInfo" in action), {})
    except (OSError, ValueError):
        return {}
