"""Which attributes change, and to what, whatever the order of the blocks that they are in."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.globs import fits
from policies.review.differences import is_blank
from policies.terraform.plan import Change

# What a value becomes that is taken out, so that the provider's default holds.
UNSET = "(unset)"


def changed(change: Change, attributes: Sequence[str], becomes: Sequence[str]) -> list[str]:
    """Those of `attributes` (dotted, without positions) that change to a value that fits `becomes` (globs; every value
    where it is empty). What is known after the apply may be any value.
    """
    return [path for path in attributes if _changes(change, tuple(path.split(".")), becomes)]


def moved(change: Change) -> frozenset[str] | None:
    """The top-level attributes that are not the same before and after; None for any, if a side has no attributes."""
    before, after, unknown = ({} if side is None else side for side in (change.before, change.after, change.unknown))
    if not (isinstance(before, dict) and isinstance(after, dict) and isinstance(unknown, dict)):
        return None
    names = {**before, **after, **unknown}
    return frozenset(name for name in names if unknown.get(name) or before.get(name) != after.get(name))


def _changes(change: Change, path: tuple[str, ...], becomes: Sequence[str]) -> bool:
    if _is_unknown(change.unknown, path):
        return True
    before, after = Counter(_values(change.before, path)), Counter(_values(change.after, path))
    added, removed = after - before, before - after
    if not becomes:
        return bool(added or removed)
    # What is taken out and was no better than what it becomes opens nothing.
    worse = any(not fits(value, becomes) for value in removed)
    found = list(added) or ([UNSET] if worse else [])
    return any(fits(value, becomes) for value in found)


def _values(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Every value at `path`, through all blocks, as text. Lists of texts give each of their entries."""
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif path and isinstance(value, dict):
        yield from _values(value.get(path[0]), path[1:])
    elif path and isinstance(value, str) and value.startswith("{"):
        yield from _values(_document(value), path)
    elif not path and not is_blank(value):
        yield value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_unknown(marks: Any, path: tuple[str, ...]) -> bool:
    """Whether the value at `path`, or what it is in, or a part of it, is not known yet."""
    if isinstance(marks, list):
        return any(_is_unknown(mark, path) for mark in marks)
    if isinstance(marks, Mapping):
        inside = [marks.get(path[0])] if path else marks.values()
        return any(_is_unknown(mark, path[1:]) for mark in inside)
    return marks is True
