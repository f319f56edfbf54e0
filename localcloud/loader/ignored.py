"""`lifecycle.ignore_changes`: arguments that another owner controls after the resource was created."""

import re
from collections.abc import Sequence
from typing import Any

ALL = "all"
_STEP = re.compile(r"[\w-]+")


def without(arguments: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """`arguments` without `paths`: `owner`, `config[0].served_entities`, or `all`."""
    if ALL in paths:
        return {}
    for path in paths:
        arguments = _cut(arguments, _STEP.findall(path))
    return arguments


def _cut(value: Any, steps: Sequence[str]) -> Any:
    """A copy of `value` without the target of `steps`. A single block may be written without its list."""
    step, *rest = steps
    if isinstance(value, list) and step.isdigit():
        return [_cut(inner, rest) if rest and at == int(step) else inner for at, inner in enumerate(value)]
    if step == "0" and isinstance(value, dict) and rest:
        return _cut(value, rest)
    if not isinstance(value, dict) or step not in value:
        return value
    if not rest:
        return {name: inner for name, inner in value.items() if name != step}
    return value | {step: _cut(value[step], rest)}
