"""HTTP to a scoring server over its Unix socket, with persistent connections."""

import http.client
import socket
import threading
from dataclasses import dataclass
from pathlib import Path


class GoneError(ConnectionError):
    """The server has ended, possibly in the middle of an answer."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of a scoring server. `headers` by lower-case name."""

    status: int
    body: bytes
    headers: dict[str, str]


class _Connection(http.client.HTTPConnection):
    def __init__(self, address: Path, timeout_s: float) -> None:
        super().__init__("model", timeout=timeout_s)
        self._address = str(address)
        self._held = b""

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Buffer data until the answer is requested: two writes, of head and body, would wake the server twice."""
        self._held += data

    def getresponse(self) -> http.client.HTTPResponse:
        held, self._held = self._held, b""
        super().send(held)
        return super().getresponse()

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._address)


class Channel:
    """Calls to one server, as many concurrently as there are calling threads."""

    def __init__(self, address: Path, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._idle: list[_Connection] = []
        self._under_way = 0
        self._changed = threading.Condition()

    def call(self, content_type: str, body: bytes) -> Answer:
        """One scoring request. Raises GoneError, and TimeoutError past the limit."""
        with self._changed:
            self._under_way += 1
            connection = self._idle.pop() if self._idle else None
        try:
            if connection is not None:
                try:
                    return self._ask(connection, content_type, body)
                except GoneError:
                    # The server may only have closed a connection that was silent for long.
                    connection.close()
            return self._ask(_Connection(self._address, self._timeout_s), content_type, body)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def open(self) -> bool:
        """Whether the server accepts connections, which it does once its version is loaded."""
        try:
            connection = _Connection(self._address, self._timeout_s)
            connection.connect()
        except OSError:
            return False
        with self._changed:
            self._idle.append(connection)
        return True

    def drain(self) -> None:
        """Wait until no call is active."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way == 0, self._timeout_s)

    def close(self) -> None:
        """Close the persistent connections."""
        with self._changed:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _ask(self, connection: _Connection, content_type: str, body: bytes) -> Answer:
        try:
            connection.request("POST", "/invocations", body, {"Content-Type": content_type})
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(status=response.status, body=response.read(), headers=headers)
        except TimeoutError:
            connection.close()
            raise
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise GoneError(str(error)) from error
        with self._changed:
            self._idle.append(connection)
        return answer
