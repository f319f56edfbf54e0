"""Which attributes change, and to what, whatever the order of the blocks that they are in."""

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

# What a value becomes that is taken out, so that the provider's default holds.
UNSET = "(unset)"


def changed(change: Change, attributes: Sequence[str], becomes: Sequence[str]) -> list[str]:
    """Those of `attributes` (dotted, without positions) that change to a value that fits `becomes` (globs; every value
    where it is empty). What is known after the apply may be any value.
    """
    return [path for path in attributes if _changes(change, tuple(path.split(".")), becomes)]


# The names that lead to a value, without positions.
Path = tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """A change, and what of it moves."""

    change: Change

    @cached_property
    def names(self) -> frozenset[str] | None:
        """The top-level attributes that are not the same before and after; None for any, if a side has none."""
        sides = (self.change.before, self.change.after, self.change.unknown)
        before, after, unknown = ({} if side is None else side for side in sides)
        if not (isinstance(before, dict) and isinstance(after, dict) and isinstance(unknown, dict)):
            return None
        names = {**before, **after, **unknown}
        return frozenset(name for name in names if unknown.get(name) or before.get(name) != after.get(name))

    @cached_property
    def paths(self) -> Sequence[Path]:
        """Where something changes, at any depth, in the order of the names."""
        return sorted(_changed_paths(self.change, self.names))


def _changed_paths(change: Change, names: Set[str] | None) -> frozenset[Path]:
    """Where something changes in any way below the top-level attributes `names` (None: all), or is not known yet.

    A path that ends in `MASK` is the whole of what is sensitive: what is in it, nobody may see.
    """
    before, after = (side if isinstance(side, dict) else {} for side in (change.before, change.after))
    # Of what is made anew, the provider computes what is neither known nor marked as unknown.
    known = {**after, **(change.unknown or {})} if change.action is Action.REPLACE else {**before, **after}
    marks = change.before_sensitive, change.after_sensitive
    found = set(_unknown_paths(change.unknown, ()))
    for name in known if names is None else names & known.keys():
        sides = before.get(name), after.get(name)
        old, new = (Counter(_leaves(side, part(mark, name), (name,))) for side, mark in zip(sides, marks, strict=True))
        different = (old - new) + (new - old)
        # The same values in other blocks are another setting; in another order they are none.
        swapped = not different and _in_order(sides[0]) != _in_order(sides[1])
        found |= {path for path, _ in (old if swapped else different)}
    return frozenset(found)


def _leaves(value: Any, marks: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Paths and values. The names inside of what is sensitive are as secret as what they lead to."""
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
    """A text that is the same for the same blocks and values in any order."""
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
