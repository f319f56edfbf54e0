"""Expands the loops of a document: `count`, `for_each` and `dynamic` blocks, as far as they are literal.

A loop that is not literal stays one instance, whose `each.value` (or `count.index`) is unresolved and so unknown.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Values = Mapping[str, Any]
# More instances than this of one resource give a reviewer no new information.
_MOST = 1_000
_SET = re.compile(r"^\$\{(?:to(?:set|list)\()?(\[.*\]|\{.*\})\)?\}$", re.DOTALL)
_STEP = re.compile(r'\.([A-Za-z0-9_-]+)|\["([^"]+)"\]')


def instances(values: Values) -> Iterator[tuple[str, Values]]:
    """(index, values) of every instance: `""` without a loop, else `[0]` or `["a"]` as in addresses."""
    if "count" in values:
        yield from _counted(values, values["count"])
    elif "for_each" in values:
        entries = _entries(values["for_each"])
        for key, item in [("", None)] if entries is None else entries[:_MOST]:
            index = "" if entries is None else f'["{key}"]'
            yield index, with_blocks(values if entries is None else _filled(values, "each", key, item))
    else:
        yield "", with_blocks(values)


def _counted(values: Values, count: Any) -> Iterator[tuple[str, Values]]:
    number = int(count) if str(count).isdigit() else None
    if number is None:
        yield "", with_blocks(values)
        return
    for index in range(min(number, _MOST)):
        yield f"[{index}]", with_blocks(_replaced(values, re.compile(r"\$\{count\.(index)()\}"), {"index": index}))


def with_blocks(values: Values) -> Values:
    """The values with the blocks that `dynamic` creates, in addition to the literal ones."""
    made = values.get("dynamic")
    if not isinstance(made, Mapping):
        return values
    found = {name: item for name, item in values.items() if name != "dynamic"}
    for name, dynamic in made.items():
        written = found.get(name)
        own = written if isinstance(written, list) else [] if written is None else [written]
        parts = dynamic if isinstance(dynamic, list) else [dynamic]
        found[name] = [*own, *(block for part in parts for block in _dynamic(name, part))]
    return found


def _dynamic(name: str, part: Any) -> Iterator[Any]:
    content, iterator = (part.get("content"), part.get("iterator") or name) if isinstance(part, Mapping) else ({}, name)
    entries = _entries(part.get("for_each")) if isinstance(part, Mapping) else None
    if entries is None:
        yield content or {}
        return
    yield from (_filled(content or {}, str(iterator), key, item) for key, item in entries[:_MOST])


def _entries(given: Any) -> list[tuple[Any, Any]] | None:
    """(key, value) of a literal list, set or map; None if it is an expression."""
    if isinstance(given, str) and (match := _SET.match(given)):
        try:
            given = json.loads(match[1])
        except ValueError:
            return None
    if isinstance(given, Mapping):
        return list(given.items())
    if isinstance(given, list):
        return [(item if isinstance(item, str) else number, item) for number, item in enumerate(given)]
    return None


def _filled(values: Any, iterator: str, key: Any, item: Any) -> Any:
    pattern = re.compile(r"\$\{" + re.escape(iterator) + r'\.(key|value)((?:\.[A-Za-z0-9_-]+|\["[^"]+"\])*)\}')
    return _replaced(values, pattern, {"key": key, "value": item})


def _replaced(value: Any, pattern: re.Pattern[str], known: Mapping[str, Any]) -> Any:
    """`value` with every expression of the loop replaced; one that resolves to nothing stays."""
    if isinstance(value, Mapping):
        return {key: _replaced(item, pattern, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, pattern, known) for item in value]
    if not isinstance(value, str):
        return value
    whole = pattern.fullmatch(value)
    if whole:
        return _followed(known[whole[1]], whole[2], value)
    return pattern.sub(lambda match: str(_followed(known[match[1]], match[2], match[0])), value)


def _followed(item: Any, path: str, otherwise: Any) -> Any:
    for step in _STEP.finditer(path):
        name = step[1] or step[2]
        if not isinstance(item, Mapping) or name not in item:
            return otherwise
        item = item[name]
    return item
