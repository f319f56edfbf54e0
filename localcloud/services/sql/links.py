"""Links to result chunks (EXTERNAL_LINKS): anyone with a link can fetch the chunk for 15 minutes, without a token."""

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import not_found

PATH = "/local/sql-results"
_LASTS_S = 15 * 60
_KEPT = 10_000


@dataclass(frozen=True)
class Link:
    """The target of a link, and its expiry (seconds since the epoch)."""

    statement_id: str
    index: int
    ends_s: float

    @property
    def expiration(self) -> str:
        """The expiry in the API's format."""
        return datetime.fromtimestamp(self.ends_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Links:
    """The links of this process, newest last."""

    def __init__(self) -> None:
        self._links: OrderedDict[str, Link] = OrderedDict()
        self._lock = threading.Lock()

    def make(self, statement_id: str, index: int) -> tuple[str, Link]:
        """The secret of a new link, and the link."""
        key, link = secrets.token_urlsafe(32), Link(statement_id, index, time.time() + _LASTS_S)
        with self._lock:
            self._links[key] = link
            while len(self._links) > _KEPT:
                self._links.popitem(last=False)
        return key, link

    def find(self, key: str) -> Link:
        """The link with this secret. Raises `ApiError` 404 for an unknown or expired one."""
        with self._lock:
            link = self._links.get(key)
        if link is None or link.ends_s < time.time():
            raise not_found("This link to a result has ended: ask for the chunk again.")
        return link


def links(cloud: Cloud) -> Links:
    """The links of this process."""
    with cloud.lock:
        found = cloud.parts.setdefault("sql_links", Links())
    assert isinstance(found, Links)
    return found
