"""Filter, order and attributes of a SCIM request. Pure.

Attributes are named without regard to case; parts by a dot (`name.givenName`); a list of values is met by any of them.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_COMPARISON = re.compile(
    r"""\s*(?P<field>[\w.$]+)\s+
    (?:(?P<present>pr)\b|(?P<operator>eq|co|sw|ew|ne)\s+
    (?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s"'()]+)))\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_JOINT = re.compile(r"(?<=\s)(and|or)\s+", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_UNDERSTOOD = """use '<field> eq|ne|co|sw|ew "<value>"' or '<field> pr', joined by and, or"""
# What every answer has, whichever attributes are asked for.
_ALWAYS = frozenset({"id", "schemas"})
_ORDERS = ("ascending", "descending")


@dataclass(frozen=True)
class Comparison:
    """One field against one value, in lower case; `pr` takes none."""

    field: str
    operator: str
    wanted: str

    def holds(self, document: Document) -> bool:
        """Whether any of the field's values matches; `ne` holds if none is equal."""
        actual = [value.lower() for value in values(document, self.field)]
        if self.operator == "pr":
            return any(actual)
        if self.operator == "ne":
            return self.wanted not in actual
        tests = {"eq": str.__eq__, "co": str.__contains__, "sw": str.startswith, "ew": str.endswith}
        return any(tests[self.operator](value, self.wanted) for value in actual or [""])


@dataclass(frozen=True)
class Filter:
    """Groups of comparisons: all of one group must hold. Without groups everything matches."""

    groups: tuple[tuple[Comparison, ...], ...] = ()

    def accepts(self, document: Document) -> bool:
        """Whether a document matches."""
        return not self.groups or any(all(each.holds(document) for each in group) for group in self.groups)

    @property
    def fields(self) -> set[str]:
        """The attributes that the filter uses."""
        return {each.field for group in self.groups for each in group}


def parse(expression: str | None) -> Filter:
    """Comparisons such as `displayName eq "x"`, joined by `and` and `or`; `and` binds more strongly.

    Raises `ApiError` 400 for other forms, such as parentheses and `not`.
    """
    if not expression:
        return Filter()
    groups: list[list[Comparison]] = [[]]
    position = 0
    while found := _COMPARISON.match(expression, position):
        groups[-1].append(_comparison(found))
        if found.end() == len(expression):
            return Filter(tuple(tuple(group) for group in groups))
        joint = _JOINT.match(expression, found.end())
        if joint is None:
            break
        if joint[1].lower() == "or":
            groups.append([])
        position = joint.end()
    raise bad_request(f"filter {expression!r} is not understood: {_UNDERSTOOD}.")


def ordered(documents: Sequence[Document], sort_by: str | None, sort_order: str | None) -> list[Document]:
    """By an attribute, ascending by default; documents without it come last. Raises `ApiError` 400."""
    if sort_order not in (None, "", *_ORDERS):
        raise bad_request(f"sortOrder '{sort_order}' is not one of {', '.join(_ORDERS)}.")
    if not sort_by:
        if sort_order:
            raise bad_request("sortOrder needs sortBy: name the attribute.")
        return list(documents)
    known = [each for each in documents if values(each, sort_by)]
    known.sort(key=lambda each: values(each, sort_by)[0].lower(), reverse=sort_order == "descending")
    return known + [each for each in documents if not values(each, sort_by)]


def listing(documents: Sequence[Document], start_index: int, count: int | None) -> Document:
    """One page of a list. `start_index` counts from 1; no `count` means all, 0 only the total number."""
    first = max(start_index, 1) - 1
    page = list(documents[first : None if count is None else first + max(count, 0)])
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(documents),
        "startIndex": first + 1,
        "itemsPerPage": len(page),
        "Resources": page,
    }


def projected(document: Document, attributes: str | None, excluded: str | None) -> Document:
    """`document` with only these attributes, or without those; always `id` and `schemas`. Raises `ApiError` 400."""
    if attributes and excluded:
        raise bad_request("Give attributes or excludedAttributes, not both.")
    if attributes:
        return _kept(document, [*_ALWAYS, *names(attributes)])
    return _left(document, [name for name in names(excluded) if name.lower() not in _ALWAYS])


def names(listed: str | None) -> list[str]:
    """The attributes in a comma-separated list."""
    return [name.strip() for name in (listed or "").split(",") if name.strip()]


def require_known(asked: Collection[str], known: Collection[str], of: str) -> None:
    """Raise `ApiError` 400 naming every attribute that documents of this kind do not have."""
    lowered = {name.lower() for name in known}
    unknown = sorted(name for name in asked if name.partition(".")[0].lower() not in lowered)
    if unknown:
        raise bad_request(f"Attribute(s) {', '.join(unknown)} are not in a {of}; it has {', '.join(sorted(known))}.")


def values(document: Document, path: str) -> list[str]:
    """The values of an attribute as text, booleans in lower case; of a complex one its `value`."""
    found: list[Any] = [document]
    for part in path.split("."):
        found = [inner for each in found for inner in _inner(each, part)]
    plain = [each.get("value") if isinstance(each, dict) else each for each in found]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in plain if each not in (None, "")]


def _comparison(found: re.Match[str]) -> Comparison:
    if found["present"]:
        return Comparison(found["field"], "pr", "")
    quoted = found["double"] if found["double"] is not None else found["single"]
    wanted = _ESCAPED.sub(r"\1", quoted) if quoted is not None else found["bare"]
    return Comparison(found["field"], found["operator"].lower(), wanted.lower())


def _inner(held: Any, part: str) -> Iterator[Any]:
    if isinstance(held, dict):
        for name, value in held.items():
            if name.lower() == part.lower():
                yield from value if isinstance(value, list) else [value]


def _kept(document: Document, paths: Sequence[str]) -> Document:
    """Only `paths`: whole attributes, or their parts."""
    parts: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.lower().partition(".")
        parts.setdefault(name, []).append(rest)
    return {
        name: value if "" in parts[name.lower()] else _each(value, lambda held, n=name: _kept(held, parts[n.lower()]))
        for name, value in document.items()
        if name.lower() in parts
    }


def _left(document: Document, paths: Sequence[str]) -> Document:
    """All except `paths`."""
    whole = {path.lower() for path in paths if "." not in path}
    parts: dict[str, list[str]] = {}
    for path in paths:
        name, dot, rest = path.lower().partition(".")
        if dot:
            parts.setdefault(name, []).append(rest)
    return {
        name: _each(value, lambda held, n=name: _left(held, parts.get(n.lower(), [])))
        for name, value in document.items()
        if name.lower() not in whole
    }


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, list):
        return [change(each) if isinstance(each, dict) else each for each in value]
    return change(value) if isinstance(value, dict) else value
