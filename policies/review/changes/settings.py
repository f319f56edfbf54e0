"""Changed attributes and their new values, whatever the order of their blocks."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policies.globs import fits
from policies.review.changes.differences import is_blank
from policies.review.changes.masking import MASK, part
from policies.terraform.change import Action, Change

# The value after an attribute is removed, when the provider's default applies.
UNSET = "(unset)"


def changed(change: Change, attributes: Sequence[str], becomes: Sequence[str]) -> list[str]:
    """The given attributes that change to a matching value.

    `attributes` are dotted, without positions; `becomes` are globs, and empty matches every value. A value known only
    after the apply may be any value.
    """
    return [path for path in attributes if _changes(change, tuple(path.split(".")), becomes)]


# The names on the path to a value, without positions.
Path = tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """A change, and the parts that move."""

    change: Change

    @cached_property
    def names(self) -> frozenset[str] | None:
        """The top-level attributes that differ before and after; None for any, if a side has none."""
        sides = (self.change.before, self.change.after, self.change.unknown)
        before, after, unknown = ({} if side is None else side for side in sides)
        if not (isinstance(before, dict) and isinstance(after, dict) and isinstance(unknown, dict)):
            return None
        names = {**before, **after, **unknown}
        return frozenset(name for name in names if unknown.get(name) or before.get(name) != after.get(name))

    @cached_property
    def paths(self) -> Sequence[Path]:
        """The changed paths, at any depth, sorted by name."""
        return sorted(_changed_paths(self.change, self.names))


def _changed_paths(change: Change, names: Set[str] | None) -> frozenset[Path]:
    """The paths that change in any way below the top-level attributes `names` (None: all), or are not known yet.

    A path that ends in `MASK` is a wholly sensitive value, whose content must not be shown.
    """
    before, after = (side if isinstance(side, dict) else {} for side in (change.before, change.after))
    # In a new resource, values that are neither known nor marked as unknown are computed by the provider.
    known = {**after, **(change.unknown or {})} if change.action is Action.REPLACE else {**before, **after}
    marks = change.before_sensitive, change.after_sensitive
    found = set(_unknown_paths(change.unknown, ()))
    for name in known if names is None else names & known.keys():
        sides = before.get(name), after.get(name)
        old, new = (Counter(_leaves(side, part(mark, name), (name,))) for side, mark in zip(sides, marks, strict=True))
        different = (old - new) + (new - old)
        # The same values in other blocks are another setting; in another order they are the same.
        swapped = not different and _in_order(sides[0]) != _in_order(sides[1])
        found |= {path for path, _ in (old if swapped else different)}
    return frozenset(found)


def _leaves(value: Any, marks: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Paths and values. The names inside a sensitive value are as secret as the value."""
    if marks is True and isinstance(value, dict | list):
        yield (*path, MASK), json.dumps(value, sort_keys=True)
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _leaves(below, part(marks, name), (*path, str(name)))
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from _leaves(below, part(marks, position), path)
    elif value not in (None, ""):
        yield path, value if isinstance(value, str) else json.dumps(value)


def _unknown_paths(marks: Any, path: Path) -> Iterator[Path]:
    if isinstance(marks, dict):
        for name, below in marks.items():
            yield from _unknown_paths(below, (*path, str(name)))
    elif isinstance(marks, list):
        for below in marks:
            yield from _unknown_paths(below, path)
    elif marks is True:
        yield path


def _in_order(value: Any) -> str:
    """A text that is equal for equal blocks and values in any order."""
    if isinstance(value, list):
        return f"[{','.join(sorted(map(_in_order, value)))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{name}:{_in_order(value[name])}' for name in sorted(value))}}}"
    return json.dumps(value)


def _changes(change: Change, path: tuple[str, ...], becomes: Sequence[str]) -> bool:
    if _is_unknown(change.unknown, path):
        return True
    before, after = Counter(_values(change.before, path)), Counter(_values(change.after, path))
    added, removed = after - before, before - after
    if not becomes:
        return bool(added or removed)
    # Removing a value that was no better than the default opens nothing.
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
    """Whether the value at `path`, or its parent, or a part of it, is not known yet."""
    if isinstance(marks, list):
        return any(_is_unknown(mark, path) for mark in marks)
    if isinstance(marks, Mapping):
        inside = [marks.get(path[0])] if path else marks.values()
        return any(_is_unknown(mark, path[1:]) for mark in inside)
    return marks is True
