"""Data Factory's expressions: `@pipeline().parameters.day`, `@{…}` inside text, `@@` for an @. Pure.

Follows https://learn.microsoft.com/azure/data-factory/control-flow-expression-language-functions. Names count without
regard to case, as there.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.services.data_factory.functions import FUNCTIONS, text_of

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>\w+)|(?P<sign>\?\.|[().,\[\]?]))"
)
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
Scope = Mapping[str, Callable[..., Any]]


class ExpressionError(ValueError):
    """An expression that is invalid or has no value; the message says where and why."""


def evaluate(value: Any, scope: Scope) -> Any:
    """`value` with every expression in it replaced, at any depth. Raises ExpressionError.

    `scope`: what an expression may call beside the functions, such as `pipeline` and `activity`, in lower case.
    """
    if isinstance(value, str):
        return _of_text(value, scope)
    if isinstance(value, Mapping):
        if value.get("type") == "Expression" and "value" in value:
            return _of_text(str(value["value"]), scope)
        return {name: evaluate(inner, scope) for name, inner in value.items()}
    return [evaluate(inner, scope) for inner in value] if isinstance(value, list) else value


def _of_text(text: str, scope: Scope) -> Any:
    if text.startswith("@@"):
        return text[1:]
    if text.startswith("@") and not text.startswith("@{"):
        return _Reader(text[1:], scope).whole()
    if "@{" not in text:
        return text
    parts, rest = [], text
    while "@{" in rest:
        before, _, after = rest.partition("@{")
        end = _closing(after)
        parts += [before, text_of(_Reader(after[:end], scope).whole())]
        rest = after[end + 1 :]
    return "".join([*parts, rest])


def _closing(text: str) -> int:
    """The position of the brace that ends an expression in text, ignoring braces inside quotes."""
    quoted = False
    for at, character in enumerate(text):
        quoted ^= character == "'"
        if character == "}" and not quoted:
            return at
    raise ExpressionError(f"'@{{{text}' has no closing brace")


@dataclass
class _Reader:
    """Parses one expression and evaluates it at the same time."""

    text: str
    scope: Scope
    at: int = 0

    def whole(self) -> Any:
        value = self._value()
        if self.text[self.at :].strip():
            raise self._error("what follows is not understood")
        return value

    def _value(self) -> Any:
        kind, token = self._next()
        match kind:
            case "text":
                value: Any = token[1:-1].replace("''", "'")
            case "number":
                value = float(token) if "." in token else int(token)
            case "name":
                value = self._named(token)
            case _:
                raise self._error("a value is expected")
        return self._inside(value)

    def _named(self, name: str) -> Any:
        if not self._take("("):
            if name.lower() in _CONSTANTS:
                return _CONSTANTS[name.lower()]
            raise self._error(f"{name} is not a function call")
        arguments = self._arguments()
        function = {**FUNCTIONS, **self.scope}.get(name.lower())
        if function is None:
            raise ExpressionError(f"the function {name} in '@{self.text}' is not offered here")
        try:
            return function(*arguments)
        except ExpressionError:
            raise
        except Exception as error:
            raise ExpressionError(f"{name} in '@{self.text}' failed: {type(error).__name__}: {error}") from error

    def _arguments(self) -> list[Any]:
        if self._take(")"):
            return []
        found = [self._value()]
        while self._take(","):
            found.append(self._value())
        self._require(")")
        return found

    def _inside(self, value: Any) -> Any:
        """The value after every `.name`, `?.name` and `[…]` that follows."""
        while True:
            mild = self._take("?.") or self._take("?")
            if mild and value is None:
                self._skip()
                continue
            if self._take("["):
                key = self._value()
                self._require("]")
                value = self._member(value, key, mild=mild)
            elif mild or self._take("."):
                value = self._member(value, self._next()[1], mild=mild)
            else:
                return value

    def _skip(self) -> None:
        if self._take("["):
            self._value()
            self._require("]")
        else:
            self._next()

    def _member(self, value: Any, key: Any, *, mild: bool) -> Any:
        if (
            isinstance(value, Sequence)
            and not isinstance(value, str)
            and isinstance(key, int)
            and -1 < key < len(value)
        ):
            return value[key]
        if isinstance(value, Mapping):
            named = {str(name).lower(): each for name, each in value.items()}
            if key in value or str(key).lower() in named:
                return value.get(key, named.get(str(key).lower()))
            if mild:
                return None
            known = ", ".join(map(str, value)) or "none"
            raise ExpressionError(f"'@{self.text}': there is no property '{key}'; there are: {known}")
        raise ExpressionError(f"'@{self.text}': '{key}' cannot be selected from {text_of(value)[:80]}")

    def _next(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.at)
        if found is None or found.lastgroup is None:
            raise self._error("it ends too early" if self.at >= len(self.text.rstrip()) else "this is not understood")
        self.at = found.end()
        return found.lastgroup, found.group(found.lastgroup)

    def _take(self, sign: str) -> bool:
        found = _TOKEN.match(self.text, self.at)
        if found is None or found.group("sign") != sign:
            return False
        self.at = found.end()
        return True

    def _require(self, sign: str) -> None:
        if not self._take(sign):
            raise self._error(f"{sign} is expected")

    def _error(self, what: str) -> ExpressionError:
        return ExpressionError(f"'@{self.text}' at character {self.at + 1}: {what}")
