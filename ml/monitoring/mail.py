"""Alerts by e-mail. The server's address contains a password and is a secret."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from ml.monitoring.delivery import LOOPBACK, DeliveryError
from ml.monitoring.open_alerts import Alert

_TIMEOUT_S = 10.0
_PORTS = {"smtp": 587, "smtps": 465}
_FORM = "smtps://USER:PASSWORD@HOST?from=ADDRESS, or smtp:// for a server with STARTTLS"


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """A mail server. `smtps` uses TLS from the start; `smtp` switches to TLS before anything else (STARTTLS), except on
    this machine.
    """

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def read(cls, url: str) -> "MailServer":
        """The server that a secret names. Raises ValueError without showing it."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            # Its own text may hold a part of the password.
            raise ValueError(f"the secret of the mail server is not {_FORM}: correct it") from None
        sender = parse_qs(parts.query).get("from", [""])[0]
        if parts.scheme not in _PORTS or not parts.hostname or "@" not in sender:
            raise ValueError(f"the secret of the mail server is not {_FORM}: correct it")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            sender=sender,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def send(self, message: EmailMessage) -> None:
        """Send it. Raises OSError or SMTPException."""
        safely = ssl.create_default_context()
        if self.scheme == "smtps":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_S, context=safely)
        else:
            opened = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)
        with opened as server:
            if self.scheme == "smtp" and self.host not in LOOPBACK:
                server.starttls(context=safely)
            if self.user:
                server.login(self.user, self.password)
            if refused := server.send_message(message):
                # Others have it: a retry mails them again, which is better than one who is never told.
                raise smtplib.SMTPRecipientsRefused(refused)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Mails each alert to the addresses of its destination. `people`: addresses by destination."""

    server: MailServer
    people: Mapping[str, Sequence[str]]

    def place(self, alert: Alert) -> str:
        """The destination."""
        return f"mail to {alert.tell}"

    def deliver(self, alert: Alert) -> str:
        """Send one message to all of them."""
        addresses = self.people.get(alert.tell, ())
        if not addresses:
            known = ", ".join(self.people) or "none"
            raise DeliveryError(f"alert {alert.key} goes to {alert.tell}, which has no address; known: {known}")
        try:
            self.server.send(self._message(alert, addresses))
        except (OSError, smtplib.SMTPException) as error:
            # Its text may hold what the server was told.
            raise DeliveryError(f"the mail server did not accept alert {alert.key}: {type(error).__name__}") from None
        return self.place(alert)

    def _message(self, alert: Alert, addresses: Sequence[str]) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.server.sender, ", ".join(addresses)
        # A header has one line.
        message["Subject"] = " ".join(alert.headline.split())
        message["X-Alert-Key"] = alert.key
        message.set_content(alert.text)
        return message


def people_of(text: str) -> Mapping[str, tuple[str, ...]]:
    """Addresses by destination, from `NAME=ADDRESS,ADDRESS;NAME=ADDRESS`. Raises ValueError for another text."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, text.split(";")):
        name, _, listed = part.partition("=")
        addresses = tuple(filter(None, listed.split(",")))
        if not name or not addresses or any("@" not in address for address in addresses):
            raise ValueError(f"{part!r} is not NAME=ADDRESS,ADDRESS")
        found[name] = addresses
    return found
