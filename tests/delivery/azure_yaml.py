"""Azure Pipelines' YAML, with its templates put in and its compile-time expressions written out, as the server does."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")
_CALL = re.compile(r"(eq|ne)\((.+), (.+)\)")
Scope = Mapping[str, Any]


def pipeline(path: Path) -> dict[str, Any]:
    """The whole of it, with the defaults of its parameters; scalars as strings, which they are to the server."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    found: dict[str, Any] = strings(_written_out(document, path, {"parameters": _defaults(document)}))
    return found


def _defaults(document: Mapping[str, Any]) -> dict[str, Any]:
    return {each["name"]: each["default"] for each in document.get("parameters", []) if "default" in each}


def _written_out(node: Any, path: Path, scope: Scope) -> Any:
    if isinstance(node, dict):
        return {key: _written_out(value, path, scope) for key, value in node.items() if key != "parameters"}
    if isinstance(node, list):
        return [item for each in node for item in _items(each, path, scope)]
    return _value(node, scope) if isinstance(node, str) else node


def _items(node: Any, path: Path, scope: Scope) -> Iterator[Any]:
    """What one item of a list becomes: none or many, for an expression or a template."""
    if isinstance(node, dict) and "template" in node:
        given = {key: _written_out(value, path, scope) for key, value in node.get("parameters", {}).items()}
        yield from _template(path.parent / node["template"], given)
        return
    key = next(iter(node)) if isinstance(node, dict) and len(node) == 1 else ""
    expression = _EXPRESSION.fullmatch(str(key))
    if expression is None:
        yield _written_out(node, path, scope)
    elif each := re.fullmatch(r"each (\w+) in (.+)", expression[1]):
        for item in _look_up(each[2], scope):
            yield from _written_out(node[key], path, {**scope, each[1]: item})
    elif _true(expression[1].removeprefix("if "), scope):
        yield from _written_out(node[key], path, scope)


def _template(path: Path, given: Mapping[str, Any]) -> list[Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    declared = {each["name"] for each in document.get("parameters", [])}
    parameters = {**_defaults(document), **given}
    assert parameters.keys() == declared, f"{path.name} is given {sorted(given)}, and declares {sorted(declared)}"
    kind = next(key for key in ("jobs", "steps") if key in document)
    found: list[Any] = _written_out(document[kind], path, {"parameters": parameters})
    return found


def _value(text: str, scope: Scope) -> Any:
    whole = _EXPRESSION.fullmatch(text)
    if whole and whole[1].count("${{") == 0:
        return _evaluated(whole[1], scope)
    return _EXPRESSION.sub(lambda found: str(_evaluated(found[1], scope)), text)


def _evaluated(expression: str, scope: Scope) -> Any:
    return _true(expression, scope) if _CALL.fullmatch(expression) else _look_up(expression, scope)


def _true(expression: str, scope: Scope) -> bool:
    call = _CALL.fullmatch(expression)
    if call is None:
        return str(_look_up(expression, scope)).lower() == "true"
    same = _look_up(call[2], scope) == _look_up(call[3], scope)
    return same is (call[1] == "eq")


def _look_up(expression: str, scope: Scope) -> Any:
    if expression.startswith("'"):
        return expression.strip("'")
    found: Any = scope
    for part in expression.split("."):
        found = found[part]
    return found


def strings(node: Any) -> Any:
    """Every scalar as a string, but for the inputs of tasks, to which the schema gives types of their own."""
    if isinstance(node, dict):
        return {key: value if key == "inputs" else strings(value) for key, value in node.items()}
    if isinstance(node, list):
        return [strings(each) for each in node]
    return str(node).lower() if isinstance(node, bool) else str(node)
