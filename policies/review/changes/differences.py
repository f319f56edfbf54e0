"""Changes inside one resource, attribute by attribute, with secrets masked."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from policies.review.changes.masking import MASK, hide_forms, is_secret_name, marked_texts, part
from policies.terraform.change import Change, path_text

UNKNOWN = "(known after apply)"
_SHOWN_LENGTH = 120
_ABSENT = object()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One attribute before and after, as text that is safe to show."""

    path: str
    before: str
    after: str


class _Side(NamedTuple):
    value: Any
    marks: Any
    unknown: Any = None

    def at(self, key: Any) -> "_Side":
        if isinstance(self.value, dict):
            value = self.value.get(key, _ABSENT)
        elif isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            value = self.value[key]
        else:
            value = _ABSENT
        return _Side(value=value, marks=part(self.marks, key), unknown=part(self.unknown, key))


def differences(change: Change, hide: Callable[[str], str] = hide_forms) -> list[Difference]:
    """The attributes that differ, sorted by name. Blank values count as equal: providers fill them in.

    `hide` removes secrets from the whole text, before truncation: half a secret could not be recognised.
    """
    before = _Side(value=change.before, marks=change.before_sensitive)
    after = _Side(value=change.after, marks=change.after_sensitive, unknown=change.unknown)
    found = _differences((), before, after)
    return [Difference(path=path, before=_cut(hide(old)), after=_cut(hide(new))) for path, old, new in found]


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + f"… ({len(text):,} characters)"


# A path, with the values before and after.
_Told = tuple[str, str, str]


def _differences(path: tuple[Any, ...], before: _Side, after: _Side) -> Iterator[_Told]:
    if before.value == after.value and not _marked(after.unknown):
        return
    # The keys of a wholly sensitive map are as secret as its values.
    if after.unknown is True or (path and True in (before.marks, after.marks)):
        yield _difference(path, before, after)
    elif isinstance(before.value, dict) and isinstance(after.value, dict):
        keys = {**before.value, **after.value, **(after.unknown if isinstance(after.unknown, dict) else {})}
        for key in sorted(keys, key=str):
            # Most attributes are unchanged: they are skipped before any processing.
            stays = before.value.get(key, _ABSENT) == after.value.get(key, _ABSENT) and not part(after.unknown, key)
            if not stays:
                yield from _differences((*path, key), before.at(key), after.at(key))
    elif isinstance(before.value, list) and isinstance(after.value, list):
        for left, right in _paired(before, after):
            position = right if right is not None else left
            yield from _differences((*path, position), before.at(left), after.at(right))
    elif not (is_blank(before.value) and is_blank(after.value)):
        inside = _documents(before, after)
        yield from _differences(path, *inside) if inside else [_difference(path, before, after)]


def _paired(before: _Side, after: _Side) -> list[tuple[int | None, int | None]]:
    """Positions of matching elements: equal ones are left out, the others are paired in order.

    Most lists in plans are sets, so one more element must not make all others look changed.
    """
    start, end = _alike(before, after)
    if len(before.value) == len(after.value) == start + end + 1 and not _marked(after.unknown):
        return [(start, start)]
    old = [_key(value) for value in before.value[start : len(before.value) - end]]
    new = [
        None if _marked(part(after.unknown, start + p)) else _key(value)
        for p, value in enumerate(after.value[start : len(after.value) - end])
    ]
    common = Counter(old) & Counter(key for key in new if key is not None)
    return list(zip_longest(_leftover(old, common, start), _leftover(new, common, start)))


def _alike(before: _Side, after: _Side) -> tuple[int, int]:
    """The number of equal elements at the start, and of further ones at the end."""
    old, new, start, end = before.value, after.value, 0, 0
    if _marked(after.unknown):
        return 0, 0
    least = min(len(old), len(new))
    while start < least and old[start] == new[start]:
        start += 1
    while end < least - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _leftover(keys: Sequence[str | None], common: Counter[str], start: int) -> list[int]:
    """Positions, from `start` on, of the keys that are not in `common`, which counts how often each may be skipped."""
    remaining, positions = Counter(common), []
    for position, key in enumerate(keys, start):
        if key is not None and remaining[key]:
            remaining[key] -= 1
        else:
            positions.append(position)
    return positions


_write = json.JSONEncoder(sort_keys=True).encode


def _key(value: Any) -> str:
    """A text that is equal for equal values; only keys of texts begin with a quotation mark."""
    return f'"{value}' if type(value) is str else _write(value)


def _marked(marks: Any) -> bool:
    """Whether a tree of marks has any mark."""
    if isinstance(marks, dict):
        return any(_marked(value) for value in marks.values())
    if isinstance(marks, list):
        return any(_marked(value) for value in marks)
    return marks is True


def _documents(before: _Side, after: _Side) -> tuple[_Side, _Side] | None:
    """Both sides as JSON objects if they are JSON texts: a cluster policy's definition, a dashboard."""
    texts = (before.value, after.value)
    if not all(isinstance(text, str) and text.startswith("{") for text in texts):
        return None
    try:
        left, right = (json.loads(text) for text in texts)
    except (ValueError, RecursionError):
        return None
    return _Side(value=left, marks=before.marks), _Side(value=right, marks=after.marks)


def is_blank(value: Any) -> bool:
    """Whether a value is blank: absent, null or empty, or a block of only such values, zeros and falses."""
    if isinstance(value, dict):
        return all(is_blank(item) or item in (0, False) for item in value.values())
    if isinstance(value, list):
        return all(is_blank(item) for item in value)
    return value is _ABSENT or value is None or value == ""


def _difference(path: tuple[Any, ...], before: _Side, after: _Side) -> _Told:
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    hidden = _hides(before, name) or _hides(after, name) or any(is_secret_name(str(step)) for step in path)
    return path_text(list(path)), _shown(before, hidden), _shown(after, hidden)


def _hides(side: _Side, name: str) -> bool:
    """Whether the value, or anything inside it, must not be shown."""
    return _marked(side.marks) or any(True for _ in marked_texts(side.value, side.marks, name))


def _shown(side: _Side, hidden: bool) -> str:
    if side.unknown is True:
        return UNKNOWN
    if side.value is _ABSENT or side.value is None:
        return ""
    if hidden:
        return MASK
    return side.value if isinstance(side.value, str) else _write(side.value)
