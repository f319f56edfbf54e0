"""Sessions of warehouses, in memory: owner, and initial catalog and schema of their statements."""

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.identity import Caller

_KEPT = 1000


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of `principal` in a workspace."""

    number: str
    principal: str
    workspace: str
    catalog: str
    schema: str


class Sessions:
    """The sessions of this process, newest last; the oldest are dropped."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, caller: Caller, catalog: str, schema: str) -> Session:
        """Open a session for the caller."""
        found = Session(
            number=str(uuid.uuid4()),
            principal=caller.principal,
            workspace=caller.require_workspace().name,
            catalog=catalog,
            schema=schema,
        )
        with self._lock:
            self._sessions[found.number] = found
            while len(self._sessions) > _KEPT:
                self._sessions.popitem(last=False)
        return found

    def find(self, caller: Caller, number: str) -> Session:
        """One of the caller's sessions. Raises `ApiError` 404."""
        with self._lock:
            found = self._sessions.get(number)
        own = found is not None and found.principal == caller.principal
        if found is None or not own or found.workspace != caller.require_workspace().name:
            raise _gone(number)
        return found

    def close(self, caller: Caller, number: str) -> None:
        """Close one of the caller's sessions. Raises `ApiError` 404."""
        self.find(caller, number)
        with self._lock:
            self._sessions.pop(number, None)


def sessions(cloud: Cloud) -> Sessions:
    """The sessions of this process."""
    with cloud.lock:
        found = cloud.parts.setdefault("sql_sessions", Sessions())
    assert isinstance(found, Sessions)
    return found


def _gone(number: str) -> ApiError:
    return not_found(f"Session {number} does not exist; sessions end with the local cloud's process.")
