"""Delivery of notifications: e-mail by the server in `LOCALCLOUD_SMTP`, or a file; webhooks on this machine.

Nothing leaves the machine. What could not be delivered is kept with the reason.
"""

import os
import smtplib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from localcloud.kernel import loopback
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document

SMTP = "LOCALCLOUD_SMTP"
_TIMEOUT_S = 10.0


class NotDeliveredError(RuntimeError):
    """A notification could not be delivered. The message holds no URL, which may be a secret."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """The content of a notification. `body` is sent to webhooks in addition to the text."""

    subject: str
    text: str
    body: Document


def deliver(cloud: Cloud, destination: Document, notification: Notification) -> str:
    """Deliver to a notification destination; returns where. Raises NotDeliveredError."""
    config = destination["config"]
    if config.get("email"):
        return mail(cloud, config["email"]["addresses"], notification)
    if config.get("generic_webhook"):
        return _post(config["generic_webhook"]["url"], notification)
    raise NotDeliveredError(f"destinations of type {destination['destination_type']} are kept and reach nobody locally")


def mail(cloud: Cloud, addresses: Sequence[str], notification: Notification) -> str:
    """Send an e-mail by the configured server, which must be on this machine, or write a file."""
    message = EmailMessage()
    message["From"], message["To"] = "noreply@localcloud", ", ".join(addresses)
    message["Subject"] = " ".join(notification.subject.split())
    message.set_content(notification.text)
    server = os.environ.get(SMTP)
    if not server:
        return str(_kept(cloud.home / "outbox", message))
    host, _, port = server.rpartition(":")
    if host not in loopback.HOSTS or not port.isdecimal():
        raise NotDeliveredError(f"{SMTP} is not 127.0.0.1:PORT: the local cloud mails to servers of this machine only")
    try:
        with smtplib.SMTP(host, int(port), timeout=_TIMEOUT_S) as opened:
            opened.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotDeliveredError(f"the mail server did not take it: {type(error).__name__}") from error
    return f"mail to {', '.join(addresses)}"


def _kept(folder: Path, message: EmailMessage) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4()}.eml"
    path.write_bytes(message.as_bytes())
    return path


def _post(url: str, notification: Notification) -> str:
    if urlsplit(url).hostname not in loopback.HOSTS:
        raise NotDeliveredError("its webhook is not on this machine, and the local cloud calls no other")
    try:
        answer = loopback.request("POST", url, json=notification.body, timeout=_TIMEOUT_S)
    except httpx.HTTPError as error:
        raise NotDeliveredError(f"the webhook did not answer: {type(error).__name__}") from None
    if not answer.is_success:
        raise NotDeliveredError(f"the webhook answered {answer.status_code}")
    return "webhook"
