"""Checks a synthesized document against the schemas of the providers, and its references against itself."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "provider-schemas"
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_ADDRESS = re.compile(r"(?:data\.)?(?:databricks|azurerm)_\w+\.[\w-]+\.\w+")
_META = {"depends_on", "lifecycle", "provider", "count", "for_each"}
_MANY = ("list", "set")
_SCALARS = {"string": (str,), "number": (int, float), "bool": (bool,)}


@cache
def schemas() -> dict[str, Any]:
    """Resource, data and provider schemas of all providers, merged: {kind: {type: schema}}."""
    merged: dict[str, Any] = {"resource": {}, "data": {}, "provider": {}}
    for path in sorted(SCHEMAS.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        merged["resource"] |= document["resource"]
        merged["data"] |= document["data"]
        merged["provider"][document["provider"]] = document["config"]
    return merged


def document_problems(document: Mapping[str, Any]) -> list[str]:
    """Everything in `document` that its providers would refuse or warn of, by address."""
    found: list[str] = []
    for provider, configurations in document.get("provider", {}).items():
        for configuration in configurations:
            found += _body(configuration, schemas()["provider"][provider], f"provider.{provider}", {"alias"})
    for kind in ("resource", "data"):
        for type_, instances in document.get(kind, {}).items():
            schema = schemas()[kind].get(type_)
            for name, arguments in instances.items():
                address = f"{'data.' if kind == 'data' else ''}{type_}.{name}"
                if kind == "data" and not set(arguments.get("lifecycle", {})) <= {"precondition", "postcondition"}:
                    found.append(f"{address}.lifecycle: only conditions are for data")
                found += [f"{address}: unknown type"] if schema is None else _body(arguments, schema, address, _META)
    found += list(reference_problems(document))
    return found


def _body(arguments: Mapping[str, Any], schema: Mapping[str, Any], path: str, meta: set[str]) -> Iterator[str]:
    attributes, blocks = schema.get("attributes", {}), schema.get("blocks", {})
    for name, value in arguments.items():
        if name in meta:
            continue
        here = f"{path}.{name}"
        if name in attributes:
            yield from _attribute(value, attributes[name], here)
        elif name in blocks:
            yield from _block(value, blocks[name], here)
        else:
            yield f"{here}: unknown argument"
    for name, attribute in attributes.items():
        if attribute.get("required") and name not in arguments:
            yield f"{path}.{name}: missing"
    for name, block in blocks.items():
        if (block.get("min") or 0) > 0 and name not in arguments:
            yield f"{path}.{name}: missing block"


def _attribute(value: Any, attribute: Mapping[str, Any], path: str) -> Iterator[str]:
    if attribute.get("deprecated"):
        yield f"{path}: deprecated"
    if attribute.get("computed") and not attribute.get("optional") and not attribute.get("required"):
        yield f"{path}: read-only"
    if "nested" in attribute:
        nested = attribute["nested"]
        items = value if nested["mode"] in _MANY else [value]
        if not isinstance(items, list):
            yield f"{path}: not a list"
            return
        for item in items:
            yield from _body(item, nested, path, set())
    elif not _fits(value, attribute["type"]):
        yield f"{path}: {value!r} is not of type {attribute['type']}"


def _block(value: Any, block: Mapping[str, Any], path: str) -> Iterator[str]:
    items = value if isinstance(value, list) else [value]
    if block.get("max") and len(items) > block["max"]:
        yield f"{path}: {len(items)} blocks, at most {block['max']}"
    if len(items) < (block.get("min") or 0):
        yield f"{path}: {len(items)} blocks, at least {block['min']}"
    if isinstance(value, list) and block["mode"] == "single":
        yield f"{path}: a list where one block belongs"
    for item in items:
        yield from _body(item, block, path, set())


def _fits(value: Any, type_: Any) -> bool:
    """Whether `value` is of the Terraform type. A reference fits wherever one value does."""
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return True
    if isinstance(type_, str):
        return type(value) in _SCALARS[type_]
    kind, inner = type_
    if kind in _MANY:
        return isinstance(value, list) and all(_fits(item, inner) for item in value)
    if kind == "map":
        return isinstance(value, dict) and all(_fits(item, inner) for item in value.values())
    return isinstance(value, dict) and all(name in inner and _fits(item, inner[name]) for name, item in value.items())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def reference_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """References to what the document does not hold, or to an attribute that its type does not have."""
    for kind in ("resource", "data"):
        for type_, instances in document.get(kind, {}).items():
            for name, arguments in instances.items():
                expressions = [found for text in _texts(arguments) for found in _REFERENCE.findall(text)]
                targets = [found for expression in expressions for found in _expression_references(expression)]
                for target in targets:
                    yield from _reference(document, target, f"{type_}.{name}")
                for address in arguments.get("depends_on", []):
                    if not _exists(document, address):
                        yield f"{type_}.{name}: {address} is not in this stack"


def _expression_references(expression: str) -> list[str]:
    """The references in an expression: itself, or those among the arguments of its functions."""
    if expression.startswith("self."):
        # The resource itself, in a condition of its own.
        return []
    return [found for found in _ADDRESS.findall(expression) if "." in found] if "(" in expression else [expression]


def _exists(document: Mapping[str, Any], address: str) -> bool:
    type_, _, name = address.removeprefix("data.").partition(".")
    kind = "data" if address.startswith("data.") else "resource"
    return name in document.get(kind, {}).get(type_, {})


def _reference(document: Mapping[str, Any], target: str, user: str) -> Iterator[str]:
    parts = target.split(".")
    kind = "data" if parts[0] == "data" else "resource"
    parts = parts[1:] if kind == "data" else parts
    if len(parts) < 3 or parts[1] not in document.get(kind, {}).get(parts[0], {}):
        yield f"{user}: {target} is not in this stack"
        return
    schema = schemas()[kind].get(parts[0], {})
    # A block may be one of several: `identity[0]`.
    parts[2] = parts[2].partition("[")[0]
    if parts[2] not in schema.get("attributes", {}) and parts[2] not in schema.get("blocks", {}):
        yield f"{user}: {parts[0]} has no attribute {parts[2]}"
