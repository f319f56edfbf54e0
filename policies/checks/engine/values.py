"""Arguments of a resource, with one interface for synthesized JSON, plans and checkov's parse of HCL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

# `databricks_group.owners` or `data.databricks_group.owners`, anywhere in an expression.
_REFERENCE = re.compile(r"(?:data\.)?[a-z][a-z0-9]*_[a-z0-9_]+\.[A-Za-z0-9_-]+")
# checkov strips `${…}` from an expression that is one reference, so these prefixes mark an expression too.
_BARE = re.compile(
    r"(?:var|local|module|data|each|count|self|path|terraform|(?:azurerm|azuread|databricks|random|time|tls)_\w+)"
    r"\.[\w\[]|\w+\.(?:value|key)(?:$|[.\[])"
)
# A call, or a part of its result: `values(local.m)[0]`, `jsondecode("…").name`.
_CALL = re.compile(r"[a-z][a-z0-9_]*\(.*\)(?:\[[^\]]*\]|\.\w+)*$", re.DOTALL)
# `!false`, and `{}[each.key].x` or `[…][0]`: checkov leaves them unchanged if it cannot evaluate them.
_NEGATED = re.compile(r"!\s*(?:true\b|false\b|\(|[a-z_]\w*[.(\[])", re.IGNORECASE)
_INDEXED = re.compile(r"[\[{].*[\]}](?:\[[^\]]*\]|\.\w+)+$", re.DOTALL)
_COMPUTED = (_BARE, _CALL, _NEGATED, _INDEXED)
_MANY = (list, tuple, set)
# The types of almost all values: an isinstance check for Mapping uses an abstract class, which takes ten times as long.
_NO_MAP = frozenset({str, int, float, bool, list, type(None)})


@dataclass(frozen=True)
class Expression:
    """A value that Terraform computes: a check sees its references, not its result."""

    text: str

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Addresses of its references, such as `databricks_group.owners`."""
        return tuple(dict.fromkeys(_REFERENCE.findall(self.text)))

    def __str__(self) -> str:
        return self.text


Scalar = str | int | float | bool | Expression


class Block:
    """The arguments of a resource or of one nested block.

    A single block, a list of one, and checkov's lists around every value read the same. Null, `""` and empty lists read
    as not set: a plan writes them for unset arguments.

    `hidden` are the paths, here and below, of blocks or maps that were read but are expressions.
    """

    def __init__(self, values: Mapping[str, Any], hidden: list[str] | None = None) -> None:
        self._values = values
        self.hidden: list[str] = [] if hidden is None else hidden

    @property
    def raw_values(self) -> Mapping[str, Any]:
        """The arguments in the parser's form."""
        return self._values

    def blocks(self, path: str) -> list["Block"]:
        """The nested blocks at `path` (names joined by dots), one each, in order."""
        found = self._at(path)
        self._note(path, found)
        return [Block(item, self.hidden) for item in found if is_map(item)]

    def _note(self, path: str, found: list[Any]) -> None:
        """Record the path of a wholly computed block: its future content is unknown."""
        if any(isinstance(item, (str, Expression)) and isinstance(scalar(item), Expression) for item in found):
            self.hidden.append(path)

    def values(self, path: str) -> list[Scalar]:
        """Every value at `path`, through all nested blocks. Empty if none is set."""
        return [scalar(found) for found in self._at(path) if not is_map(found)]

    def value(self, path: str) -> Scalar | None:
        """The first value at `path`; None if none is set."""
        return next((scalar(found) for found in self._at(path) if not is_map(found)), None)

    def has(self, path: str) -> bool:
        """Whether a block or a value is set at `path`."""
        return bool(self._at(path))

    def mapping(self, path: str) -> dict[str, Scalar]:
        """The map at `path`, whose keys may contain dots; those of several blocks are merged."""
        found: dict[str, Scalar] = {}
        blocks = self._at(path)
        self._note(path, blocks)
        for block in blocks:
            if is_map(block):
                for key, raw in block.items():
                    first = next(iter(_flat(raw)), None)
                    if not _is_note(key) and first is not None:
                        found[key.strip('"')] = scalar(first)
        return found

    def raw(self, path: str) -> list[Any]:
        """The unparsed value at `path`: checkov parses JSON texts into dictionaries."""
        return self._at(path)

    def _at(self, path: str) -> list[Any]:
        first, others = _steps(path)
        if first not in self._values:
            return []
        level = _flat(self._values[first])
        for name in others:
            deeper: list[Any] = []
            for outer in level:
                if type(outer) is not dict and not is_map(outer):
                    self._note(path, [outer])
                elif (found := outer.get(name)) is not None:
                    deeper += _flat(found)
            level = deeper
        return level


@lru_cache(maxsize=10_000)
def _steps(path: str) -> tuple[str, list[str]]:
    """The first name of a path, and the rest."""
    first, *others = path.split(".")
    return first, others


def is_map(raw: Any) -> bool:
    """Whether a value is a mapping, such as a block."""
    kind = type(raw)
    return kind is dict or (kind not in _NO_MAP and isinstance(raw, Mapping))


def _flat(raw: Any) -> list[Any]:
    """The values in nested lists, without unset ones."""
    if raw is None:
        return []
    if not isinstance(raw, _MANY):
        return [raw] if raw or _is_set(raw) else []
    found: list[Any] = []
    for item in raw:
        if isinstance(item, _MANY):
            found += _flat(item)
        elif item or _is_set(item):
            found.append(item)
    return found


def _is_set(raw: Any) -> bool:
    """Whether a value other than a list is set: zero and false are."""
    return raw is not None and raw not in ("", {})


def _is_note(key: str) -> bool:
    """Whether `key` was added by a parser: CDKTF's `//`, checkov's line numbers."""
    return key == "//" or key.startswith("__") or key in ("start_line", "end_line", "references_")


def arguments(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The set arguments, without the notes that a parser adds."""
    return {key: value for key, value in raw.items() if not _is_note(key)}


@lru_cache(maxsize=100_000)
def _is_computed(text: str) -> bool:
    return "${" in text or any(form.match(text) for form in _COMPUTED)


def scalar(raw: Any) -> Scalar:
    """A value as checks see it: an `Expression` if Terraform computes it."""
    if isinstance(raw, str):  # checkov's strings are a separate type
        return Expression(raw) if _is_computed(raw) else raw
    return raw if isinstance(raw, (int, float, Expression)) else Expression(repr(raw))
