"""SCIM documents: filters, PATCH operations and list answers. Pure."""

import re
from collections.abc import Sequence

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_COMPARISON = re.compile(
    r"""\s*(?P<field>[\w.]+)\s+
    (?:(?P<present>pr)\b|(?P<operator>eq|co|sw|ew|ne)\s+
    (?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s"'()]+)))\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_JOINT = re.compile(r"(?<=\s)(and|or)\s+", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_UNDERSTOOD = """use '<field> eq|ne|co|sw|ew "<value>"' or '<field> pr', joined by and, or"""
_MEMBER = re.compile(r"""(?P<list>\w+)\[value eq ["'](?P<value>[^"']+)["']\]""", re.I)
_LISTS = ("members", "entitlements", "roles")


def matches(document: Document, expression: str | None) -> bool:
    """Whether a document passes a filter: comparisons such as `displayName eq "x"`, joined by `and` and `or`.

    `and` binds closer than `or`. Raises `ApiError` 400 for other forms, such as parentheses and `not`.
    """
    if not expression:
        return True
    passed: list[list[bool]] = [[]]
    position = 0
    while True:
        found = _COMPARISON.match(expression, position)
        if found is None:
            break
        passed[-1].append(_compared(document, found))
        if found.end() == len(expression):
            return any(all(group) for group in passed)
        joint = _JOINT.match(expression, found.end())
        if joint is None:
            break
        if joint[1].lower() == "or":
            passed.append([])
        position = joint.end()
    raise bad_request(f"filter {expression!r} is not understood: {_UNDERSTOOD}.")


def _compared(document: Document, found: re.Match[str]) -> bool:
    actual = str({k.lower(): v for k, v in document.items()}.get(found["field"].lower(), "")).lower()
    if found["present"]:
        return bool(actual)
    quoted = found["double"] if found["double"] is not None else found["single"]
    wanted = (_ESCAPED.sub(r"\1", quoted) if quoted is not None else found["bare"]).lower()
    tests = {
        "eq": actual == wanted,
        "co": wanted in actual,
        "sw": actual.startswith(wanted),
        "ew": actual.endswith(wanted),
        "ne": actual != wanted,
    }
    return tests[found["operator"].lower()]


def listing(documents: Sequence[Document], start_index: int, count: int | None) -> Document:
    """One page of a list answer. `start_index` counts from 1; no `count` means all."""
    first = max(start_index, 1) - 1
    page = list(documents[first : None if count is None else first + count])
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(documents),
        "startIndex": first + 1,
        "itemsPerPage": len(page),
        "Resources": page,
    }


def cleaned(body: Document) -> Document:
    """A document as it is kept: without the empty entries that the Terraform provider sends."""
    lists = {field: [item for item in body[field] if item.get("value")] for field in _LISTS if body.get(field)}
    return {**{k: v for k, v in body.items() if k not in ("id", "groups", *_LISTS)}, **lists}


def patched(document: Document, body: Document) -> Document:
    """`document` after the PATCH `Operations` of `body`. Raises `ApiError` 400 for an unknown operation."""
    result = dict(document)
    for operation in body.get("Operations", []):
        verb = str(operation.get("op", "")).lower()
        if verb not in ("add", "remove", "replace"):
            raise bad_request(f"PATCH operation '{operation.get('op')}' is not one of add, remove, replace.")
        result = _apply(result, verb, operation.get("path") or "", operation.get("value"))
    return result


def _apply(document: Document, verb: str, path: str, value: object) -> Document:
    one = _MEMBER.fullmatch(path)
    if one and verb == "remove":
        return _without(document, one["list"], {one["value"]})
    if not path:
        if not isinstance(value, dict):
            raise bad_request(f"PATCH {verb} without a path needs an object of fields, not {value!r}.")
        for field, item in value.items():
            document = _apply(document, verb, field, item)
        return document
    if path in _LISTS:
        return _change_list(document, verb, path, value)
    if verb == "remove":
        return {k: v for k, v in document.items() if k != path}
    return {**document, path: value}


def _change_list(document: Document, verb: str, field: str, value: object) -> Document:
    given = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    values = {str(item["value"]) for item in given if item.get("value")}
    if verb == "remove":
        return _without(document, field, values) if values else {**document, field: []}
    kept = [] if verb == "replace" else [i for i in document.get(field, []) if str(i["value"]) not in values]
    return {**document, field: kept + [{"value": str(i["value"])} for i in given if i.get("value")]}


def _without(document: Document, field: str, values: set[str]) -> Document:
    return {**document, field: [i for i in document.get(field, []) if str(i["value"]) not in values]}
