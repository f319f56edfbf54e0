"""Where the local cloud of a directory answers: one file, readable by its owner only.

It stays when the local cloud stops, so that the next one takes the same token.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """URLs of the parts, and the administrator's token, which `repr` leaves out."""

    account_url: str
    spark_remote: str
    mlflow_url: str
    pid: int
    admin_token: str = field(repr=False)
    workspaces: dict[str, str] = field(default_factory=dict)


def _file(home: Path) -> Path:
    return home / "endpoint.json"


def pid_file(home: Path) -> Path:
    """Names the process that serves `home`, from before it answers until after it has ended."""
    return home / "run" / "server.pid"


def write_endpoint(home: Path, endpoint: Endpoint) -> None:
    """Write the file in one step; it is never readable by others, not even for a moment."""
    fresh = home / "endpoint.json.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(endpoint), file, indent=2)
    fresh.replace(_file(home))


def read_endpoint(home: Path) -> Endpoint | None:
    """What was written last; None where nothing was, or not whole."""
    try:
        return Endpoint(**json.loads(_file(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
