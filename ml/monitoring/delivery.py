"""Delivery of alerts: by webhook, or as a file if nothing else is set. The webhook's URL is a secret."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import requests

from ml.monitoring.open_alerts import Alert

_TIMEOUT_S = 10.0
# 1 + 2 seconds of waiting: a restart of the receiver; a longer outage is left to the next run.
_WAITS_S = (1.0, 2.0)
# Redirects and client errors would be answered the same again, except 429: too many requests.
_REFUSALS = frozenset(range(300, 500)) - {429}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class DeliveryError(RuntimeError):
    """An alert could not be delivered. The message never contains the URL."""


class Delivery(Protocol):
    """A way to notify people."""

    def place(self, alert: Alert) -> str:
        """The destination of `alert`."""

    def deliver(self, alert: Alert) -> str:
        """Deliver, and return the destination. Raises DeliveryError."""


def message(alert: Alert) -> Mapping[str, str]:
    """The body of a webhook call; chat tools show `text`."""
    return {
        "key": alert.key,
        "since": str(alert.since_period),
        "last": str(alert.last_period),
        "news": alert.news,
        "status": alert.status,
        "what": alert.what,
        "slice": alert.slice,
        "how_much": alert.how_much,
        "what_to_do": alert.what_to_do,
        "text": alert.text,
    }


def require_webhook(url: str) -> str:
    """`url` if it may be called: https, or http on this machine. Raises ValueError without showing it."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url
    raise ValueError("the webhook URL is not https://<host>/…, so alerts would travel unencrypted: correct the secret")


@dataclass(frozen=True, repr=False)
class Webhook:
    """Posts to `url`. Retries after a server error or no answer, but not after a refusal."""

    url: str
    sleep: Callable[[float], None] = time.sleep

    def __repr__(self) -> str:
        return "Webhook(url=***)"

    def place(self, alert: Alert) -> str:  # noqa: ARG002 - it has one
        """Never its URL."""
        return "webhook"

    def deliver(self, alert: Alert) -> str:
        """Post the message."""
        problem = ""
        for wait_s in (*_WAITS_S, None):
            status, problem = self._post(alert)
            if not problem:
                return self.place(alert)
            if status in _REFUSALS:
                break
            if wait_s is not None:
                self.sleep(wait_s)
        raise DeliveryError(f"the webhook did not accept alert {alert.key}: {problem}")

    def _post(self, alert: Alert) -> tuple[int, str]:
        try:
            # A redirect would hand the alert to a host that nobody declared.
            answer = requests.post(self.url, json=message(alert), timeout=_TIMEOUT_S, allow_redirects=False)
        except requests.RequestException as error:
            # Its text holds the URL.
            return 0, type(error).__name__
        taken = 200 <= answer.status_code < 300
        return answer.status_code, "" if taken else f"HTTP {answer.status_code}"


@dataclass(frozen=True)
class AlertFiles:
    """One JSON file per alert in `folder`; a repeated delivery overwrites it."""

    folder: Path
    volume_path: str

    def place(self, alert: Alert) -> str:
        """The file."""
        return f"{self.volume_path}/{self._name(alert)}"

    def _name(self, alert: Alert) -> str:
        return f"{alert.key.replace(':', '-')}.json"

    def deliver(self, alert: Alert) -> str:
        """Write the file atomically."""
        name = self._name(alert)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self.folder / f".{name}.new"
            fresh.write_text(json.dumps(message(alert), indent=2), encoding="utf-8")
            fresh.replace(self.folder / name)
        except OSError as error:
            raise DeliveryError(f"alert {alert.key} could not be written: {error.strerror}") from error
        return self.place(alert)
