"""The scoring server as a process of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localcloud.services.serving.online.rows import OnlineRows

LIMIT_S = 60


@contextmanager
def server(model: Path, store: OnlineRows, uds: Path, *more: str, workers: int = 2) -> Iterator[subprocess.Popen[str]]:
    """A server that serves `model` on the socket `uds`; it ends with the block."""
    command = [sys.executable, "-m", "ml.server.main", "--model", str(model), "--version", "7", f"--workers={workers}"]
    process = subprocess.Popen(
        [*command, *more, "--online-store", str(store.file), "--uds", str(uds)], stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=LIMIT_S)


def wait_until_it_listens(uds: Path) -> None:
    """Raises AssertionError after a minute."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(uds)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")
