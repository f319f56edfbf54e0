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
def server(
    model: Path, store: OnlineRows, at: Path | int, *more: str, workers: int = 2
) -> Iterator[subprocess.Popen[str]]:
    """A server that serves `model` on the Unix socket or the port `at`; it ends with the block."""
    command = [sys.executable, "-m", "ml.server.main", "--model", str(model), "--version", "7", f"--workers={workers}"]
    process = subprocess.Popen(
        [*command, *more, "--online-store", str(store.file), "--port" if isinstance(at, int) else "--uds", str(at)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=LIMIT_S)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_listens(at: Path | int) -> None:
    """Raises AssertionError after a minute."""
    family, address = (socket.AF_INET, ("127.0.0.1", at)) if isinstance(at, int) else (socket.AF_UNIX, str(at))
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        with socket.socket(family) as probe:
            if probe.connect_ex(address) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")
