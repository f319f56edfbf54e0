"""Answers about access: whether a principal holds a privilege, from where, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from policies.access.model import Key
from policies.access.unknown import UNKNOWN_WORKSPACE

# Ids of workspaces; `UNKNOWN_WORKSPACE` stands for those that the stacks do not name.
Places = frozenset[int | str]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether a principal holds a privilege, and the steps that explain it, or the missing part.

    `workspaces` are the environments from whose workspace it can be used, `places` the ids of those workspaces.
    """

    allowed: bool
    steps: tuple[str, ...]
    workspaces: tuple[str, ...] = ()
    places: Places = field(default_factory=frozenset)
    through: str = ""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One row of the access matrix: a principal holds a privilege on a securable, usable from `workspaces`.

    `through` is the service principal that it must run as, if it holds the privilege only in that way.
    """

    principal: str
    principal_kind: str
    key: Key
    privilege: str
    workspaces: tuple[str, ...]
    why: tuple[str, ...]
    through: str = ""


def refused(*steps: str) -> Answer:
    """No access, with the missing part."""
    return Answer(allowed=False, steps=steps)


def granted(steps: tuple[str, ...], places: Places, names: Mapping[int, str], through: str = "") -> Answer:
    """A privilege that can be used from `places`; `names` are the environments of their ids."""
    return Answer(allowed=True, steps=steps, workspaces=named(places, names), places=places, through=through)


def named(places: Places, names: Mapping[int, str]) -> tuple[str, ...]:
    """The environments of workspaces, unknown ones last."""
    known = sorted(names.get(place, str(place)) for place in places if isinstance(place, int))
    return (*known, *({UNKNOWN_WORKSPACE} & places))


def meet(one: Iterable[int | str], other: Iterable[int | str]) -> Places:
    """The workspaces in both. An unknown one on either side may be any of the other's."""
    left, right = frozenset(one), frozenset(other)
    both = {place for place in left & right if isinstance(place, int)}
    unsaid = (UNKNOWN_WORKSPACE in left and right) or (UNKNOWN_WORKSPACE in right and left)
    return frozenset(both | ({UNKNOWN_WORKSPACE} if unsaid else set()))
