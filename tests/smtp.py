"""A real SMTP server of this machine that keeps what it is sent."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


@dataclass
class Mailbox:
    """What arrived, in order. `refuses`: the answer to each sender in place of taking the message.
    `unknown`: an address that is refused.
    """

    messages: list[EmailMessage] = field(default_factory=list)
    port: int = 0
    refuses: str = ""
    unknown: str = ""


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server on a free port of the loopback interface."""
    box = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 test")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"QUIT":
                    self._say("221 bye")
                    return
                if verb == b"DATA":
                    self._say("354 go on")
                    self._keep()
                if box.unknown and verb == b"RCPT" and box.unknown.encode() in line:
                    self._say("550 no such user")
                    continue
                self._say(box.refuses if box.refuses and verb == b"MAIL" else "250 ok")

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def _keep(self) -> None:
            lines: list[bytes] = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b"."))
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            box.messages.append(message)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        box.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield box
        server.shutdown()
