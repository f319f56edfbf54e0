"""The command of an image's recipe, run as a process far from this checkout."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from cli.places import image

LIMIT_S = 60


@contextmanager
def container(folder: Path, store: Path, work: Path) -> Iterator[httpx.Client]:
    """What asks the server that the image `folder` starts, with `store` for its features; `work` is an empty folder."""
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(work / "site")
    recipe = (folder / image.FILE).read_text(encoding="utf-8")
    command = json.loads(re.search(r"^ENTRYPOINT (.*)$", recipe, re.MULTILINE)[1])  # type: ignore[index]
    given = dict(part.split("=") for part in re.search(r"^ENV (.*)$", recipe, re.MULTILINE)[1].split())  # type: ignore[index]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        **given,
        "MODEL_FOLDER": str(folder / "model"),
        "ONLINE_STORE": str(store),
        "PYTHONPATH": str(work / "site"),
        "HOST": "127.0.0.1",
        "PORT": port,
    }
    process = subprocess.Popen([sys.executable, *command[1:]], cwd=work, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            wait_for(client)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=LIMIT_S)


def wait_for(client: httpx.Client) -> None:
    """Until the server answers."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        try:
            assert client.get("/ping").status_code == 200
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the container's command does not listen")
