"""The server as a process: its workers, its socket, and how it ends."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import httpx
import psutil
import pytest

from localcloud.services.serving.online.rows import OnlineRows
from ml.server import listening
from tests.ml.server.processes import LIMIT_S, server, wait_until_it_listens

_BODY = {"dataframe_records": [{"client_id": 1}]}


def _replaced(parent: psutil.Process, gone: psutil.Process) -> list[psutil.Process]:
    """The two workers that there are once another one has come for `gone`."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        found: list[psutil.Process] = parent.children()
        if len(found) == 2 and gone not in found:
            return found
        time.sleep(0.05)
    raise AssertionError("no worker came for the one that was killed")


@pytest.mark.programs
def test_workers_answer_and_one_that_dies_is_replaced(folder: Path, store: OnlineRows, tmp_path: Path) -> None:
    """Two workers; one is killed and another comes; SIGTERM ends them all, and leaves none."""
    uds = tmp_path / "s"
    with server(folder, store, uds) as process:
        wait_until_it_listens(uds)
        workers = psutil.Process(process.pid).children()
        assert len(workers) == 2
        workers[0].kill()
        now = _replaced(psutil.Process(process.pid), workers[0])
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(uds)), base_url="http://model") as client:
            answers = [client.post("/invocations", json=_BODY) for _ in range(20)]
        assert {answer.status_code for answer in answers} == {200}
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=LIMIT_S) == 0
        assert psutil.wait_procs(now, timeout=LIMIT_S)[1] == []


@pytest.mark.programs
def test_a_version_that_does_not_load_ends_all_workers(store: OnlineRows, tmp_path: Path) -> None:
    """Exit code 1 with the reason, and no worker is started over and over."""
    with server(tmp_path / "nowhere", store, tmp_path / "s") as process:
        _, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1
    assert "FileNotFoundError" in said


def test_the_socket_names_its_protocol_so_that_answers_are_not_held_back() -> None:
    """asyncio sets TCP_NODELAY on a connection only then; without it a client waits 40 ms. A taken port is an error."""
    with listening.bound("127.0.0.1", 0, None) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        listener.listen()
        with pytest.raises(OSError, match="in use"):
            listening.bound("127.0.0.1", listener.getsockname()[1], None)


def test_a_worker_accepts_one_connection_a_turn_so_that_the_others_get_theirs() -> None:
    """Of three that wait, one is accepted before the event loop turns; asyncio comes back for the rest."""
    with listening.bound("127.0.0.1", 0, None) as listener:
        listener.listen()
        clients = [socket.create_connection(listener.getsockname()) for _ in range(4)]
        accepted, _ = listener.accept()
        with accepted, pytest.raises(BlockingIOError):
            listener.accept()
        assert asyncio.run(_greeted(listener, clients[1:])) == [b"hello", b"hello", b"hello"]
        for client in clients:
            client.close()


async def _greeted(listener: socket.socket, clients: list[socket.socket]) -> list[bytes]:
    """What each client hears from a server on `listener`."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async with await asyncio.start_server(greet, sock=listener):
        return [await asyncio.to_thread(client.recv, 5) for client in clients]
