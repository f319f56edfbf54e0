"""Ids of a recording, and those that our own answers gave in their place."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.localcloud.replay.recording import Asked

# Ids that no two kinds of object share: they are replaced wherever they occur.
_UNIQUE = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|1\d{6})\b")
# Fields that carry an id which other kinds use too, and the folder that it follows in a path.
_FOLDERS = {
    "policy_id": "cluster-policies",
    "job_id": "jobs",
    "experiment_id": "experiments",
    "instance_pool_id": "instance-pools",
    "warehouse_id": "warehouses",
}
_MADE = re.compile(r'"(id|applicationId|\w+_id|etag)":\s*(?:"([^"]+)"|(\d+))')


class Ids:
    """The recording's ids to ours."""

    def __init__(self) -> None:
        self._unique: dict[str, str] = {}
        self._of_kind: dict[tuple[str, str], str] = {}

    def learn(self, asked: Asked, answer: str) -> None:
        """Take the ids of what a recorded POST made from both answers."""
        if asked.method != "POST" or asked.status >= 300:
            return
        ours = dict(_ids(answer))
        for field, theirs in _ids(asked.answer):
            own = ours.get(field)
            if own is None:
                continue
            kind = "warehouse_id" if asked.path.endswith("/sql/warehouses") else field
            if kind in _FOLDERS:
                self._of_kind.setdefault((kind, theirs), own)
            elif _UNIQUE.fullmatch(theirs):
                self._unique.setdefault(theirs, own)

    def path(self, text: str) -> str:
        """A path with our ids."""
        for kind, folder in _FOLDERS.items():
            own = partial(self._found, kind)
            text = re.sub(rf"(?<=/{folder}/)[\w-]+", own, text)
            text = re.sub(rf"(?<=[?&]{kind}=)[\w-]+", own, text)
        return self._everywhere(text)

    def body(self, value: Any) -> Any:
        """A body with our ids."""
        return json.loads(self._everywhere(json.dumps(self._fields(value))))

    def _fields(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._fields(each) for each in value]
        if isinstance(value, dict):
            return {field: self._field(field, each) for field, each in value.items()}
        return value

    def _field(self, field: str, value: Any) -> Any:
        if field in _FOLDERS and isinstance(value, str | int):
            return type(value)(self._own(field, str(value)))
        return self._fields(value)

    def _found(self, kind: str, found: re.Match[str]) -> str:
        return self._own(kind, found[0])

    def _own(self, kind: str, theirs: str) -> str:
        return self._of_kind.get((kind, theirs), theirs)

    def _everywhere(self, text: str) -> str:
        return _UNIQUE.sub(lambda found: self._unique.get(found[0], found[0]), text)


def _ids(answer: str) -> Iterator[tuple[str, str]]:
    for field, text, number in _MADE.findall(answer):
        yield field, text or number
