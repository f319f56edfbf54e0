"""An HTTP proxy on loopback: takes CONNECT alone, is the host that was asked for, forwards to the local cloud."""

import asyncio
import contextlib
import threading
from collections.abc import Callable

from localcloud.kernel.loopback import LOOPBACK
from localcloud.proxy.authority import Authority

_HTTPS = 443
_CHUNK_BYTES = 64 * 2**10
_HEAD_LIMIT_BYTES = 16 * 2**10
_START_LIMIT_S = 30.0
_PATIENCE_S = 30.0


class Proxy:
    """Serves in a thread of its own. `port_of`: the local port that answers for a host; None for a refused one."""

    def __init__(self, authority: Authority, port_of: Callable[[str], int | None]) -> None:
        self._authority, self._port_of = authority, port_of
        self._loop = asyncio.new_event_loop()
        self._ready, self._port = threading.Event(), 0
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def start(self) -> str:
        """Listen on any free port of loopback: `http://127.0.0.1:PORT`, for HTTPS_PROXY."""
        self._thread.start()
        if not self._ready.wait(_START_LIMIT_S):
            raise RuntimeError(f"The proxy did not start in {_START_LIMIT_S} s.")
        return f"http://{LOOPBACK}:{self._port}"

    def close(self) -> None:
        """End, with all connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, LOOPBACK, 0, limit=_HEAD_LIMIT_BYTES))
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE_S)
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        host, _, port = rest.partition(" ")[0].rpartition(":")
        if method != "CONNECT":
            return await _say(writer, "405 Method Not Allowed")
        local = self._port_of(host) if port == str(_HTTPS) else None
        if local is None:
            return await _say(writer, "403 Forbidden", f"{host}:{port} is not a host of the local cloud.")
        await _say(writer, "200 Connection established", close=False)
        await asyncio.wait_for(writer.start_tls(self._authority.context(host)), _PATIENCE_S)
        there, back = await asyncio.open_connection(LOOPBACK, local)
        await asyncio.gather(_copy(reader, back), _copy(there, writer))
        return None


async def _say(writer: asyncio.StreamWriter, status: str, text: str = "", *, close: bool = True) -> None:
    ending = f"Content-Length: {len(text)}\r\nConnection: close\r\n" if close else ""
    writer.write(f"HTTP/1.1 {status}\r\n{ending}\r\n{text}".encode())
    await writer.drain()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one of them ends; then the other one ends too."""
    try:
        while chunk := await source.read(_CHUNK_BYTES):
            target.write(chunk)
            await target.drain()
    finally:
        target.close()
