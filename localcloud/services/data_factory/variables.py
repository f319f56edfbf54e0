"""The variables of one run of a pipeline. Safe to use from several threads."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.services.data_factory.expressions import ExpressionError

_TYPES: Mapping[str, tuple[Any, Callable[[Any], bool]]] = {
    "String": ("", lambda value: isinstance(value, str)),
    "Boolean": (False, lambda value: isinstance(value, bool)),
    "Bool": (False, lambda value: isinstance(value, bool)),
    "Integer": (0, lambda value: type(value) is int),
    "Array": ([], lambda value: isinstance(value, list)),
}


def problems(declared: Mapping[str, Any]) -> list[str]:
    """Problems of a pipeline's declared variables."""
    found = []
    for name, said in declared.items():
        kind = said.get("type")
        if kind not in _TYPES:
            found.append(f"variable {name} has the type {kind!r}: use one of {', '.join(_TYPES)}")
        elif "defaultValue" in said and not _TYPES[kind][1](said["defaultValue"]):
            found.append(f"variable {name} is {kind}, and its defaultValue {said['defaultValue']!r} is none")
    return found


class Variables:
    """Names, types and values; values start as declared."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        self._types = {name: str(said["type"]) for name, said in declared.items()}
        self._values = {name: said.get("defaultValue", _TYPES[said["type"]][0]) for name, said in declared.items()}
        self._lock = threading.Lock()

    def get(self, name: str) -> Any:
        """A value. Raises ExpressionError for an undeclared variable."""
        self._require(name)
        with self._lock:
            return self._values[name]

    def set(self, name: str, value: Any) -> None:
        """Change a value. Raises ExpressionError for a value of another type."""
        self._require(name)
        if not _TYPES[self._types[name]][1](value):
            raise ExpressionError(f"the variable '{name}' is of type {self._types[name]}, and {value!r} is none")
        with self._lock:
            self._values[name] = value

    def append(self, name: str, value: Any) -> None:
        """Append a value to an array."""
        self._require(name)
        if self._types[name] != "Array":
            raise ExpressionError(f"the variable '{name}' is of type {self._types[name]}: only an Array is appended to")
        with self._lock:
            self._values[name] = [*self._values[name], value]

    def _require(self, name: str) -> None:
        if name not in self._types:
            known = ", ".join(self._types) or "none"
            raise ExpressionError(f"the pipeline has no variable '{name}'; its variables are: {known}")
