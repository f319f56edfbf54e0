"""One-time links and sessions, in memory and only as hashes: a restart ends them."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.kernel.cloud import Cloud

LINK_LIFETIME_S = 600
SESSION_LIFETIME_S = 12 * 3600
_PART = "console"


@dataclass(frozen=True, kw_only=True)
class Session:
    """The signed-in principal, the end of the session (epoch seconds), and the token that its forms must send."""

    principal: str
    csrf: str
    expires_at: float


class Sessions:
    """The links and sessions of one local cloud. Safe to use from several threads."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._links: dict[str, tuple[str, float]] = {}
        self._sessions: dict[str, Session] = {}

    def link(self, principal: str) -> str:
        """A code that signs `principal` in, once, within `LINK_LIFETIME_S`."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._forget_expired()
            self._links[_digest(code)] = (principal, self._now() + LINK_LIFETIME_S)
        return code

    def open(self, code: str) -> str | None:
        """The token of a new session; None for a code that was used, has expired or never existed."""
        with self._lock:
            self._forget_expired()
            found = self._links.pop(_digest(code), None)
            if found is None:
                return None
            token = secrets.token_urlsafe(32)
            self._sessions[_digest(token)] = Session(
                principal=found[0], csrf=secrets.token_urlsafe(24), expires_at=self._now() + SESSION_LIFETIME_S
            )
        return token

    def find(self, token: str) -> Session | None:
        """The session of `token`, or None if it does not exist or has ended."""
        with self._lock:
            self._forget_expired()
            return self._sessions.get(_digest(token))

    def close(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_digest(token), None)

    def _forget_expired(self) -> None:
        now = self._now()
        self._links = {digest: held for digest, held in self._links.items() if held[1] > now}
        self._sessions = {digest: held for digest, held in self._sessions.items() if held.expires_at > now}


def of(cloud: Cloud) -> Sessions:
    """The sessions of `cloud`, created at first use."""
    with cloud.lock:
        found = cloud.parts.get(_PART)
        if not isinstance(found, Sessions):
            found = cloud.parts[_PART] = Sessions()
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
