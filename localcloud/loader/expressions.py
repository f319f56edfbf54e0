"""Terraform expressions, as far as synthesized documents use them: references, paths and a few functions.

${databricks_job.training.id}                      an attribute
${data.databricks_registered_model.m.a[0].b}       a path through lists and blocks
${lookup(zipmap(x.y[*].k, x.y[*].v), "champion")}  a function of such values
${self.mode == "ISOLATED" && !self.read_only}      a condition
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from localcloud.loader.errors import ExpressionError
from localcloud.loader.functions import COMPARISONS, FUNCTIONS

# The block of a condition.
SELF = "self"
Lookup = Callable[[str], dict[str, Any]]
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+)|(?P<name>[A-Za-z_][\w-]*)|(?P<mark>\[\*\]|[=!<>]=|&&|\|\||[().,\[\]!<>]))'
)
# `$${` is Terraform's escape for a plain `${`.
_INTERPOLATION = re.compile(r"(?<!\$)\$\{((?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*)\}")
_REFERENCE = re.compile(r"\b(data\.databricks_\w+\.[\w-]+|(?<!data\.)databricks_\w+\.[\w-]+)")


def references(value: Any) -> Iterator[str]:
    """Addresses of the blocks that `value` refers to, at any depth."""
    if isinstance(value, str):
        for expression in _INTERPOLATION.findall(value):
            yield from _REFERENCE.findall(expression)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(value: Any, lookup: Lookup) -> Any:
    """`value` with every expression replaced. A text that is a single expression takes the expression's type."""
    if isinstance(value, dict):
        return {name: resolve(inner, lookup) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, lookup) for inner in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = _INTERPOLATION.fullmatch(value)
    if whole:
        return evaluate(whole[1], lookup)
    return _INTERPOLATION.sub(lambda found: _text(evaluate(found[1], lookup)), value).replace("$${", "${")


def evaluate(expression: str, lookup: Lookup) -> Any:
    """The value of one expression. `lookup` returns the attributes of an address."""
    parser = _Parser(expression, lookup)
    try:
        value = parser.expression()
    except (IndexError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError(f"${{{expression}}}: {type(error).__name__}: {error}") from error
    parser.end()
    return value


def _text(value: Any) -> str:
    """A value as Terraform writes it into a text."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


class _Parser:
    """Parses and evaluates in one pass, because nothing here is evaluated twice."""

    def __init__(self, expression: str, lookup: Lookup) -> None:
        self._expression = expression
        self._lookup = lookup
        self._tokens = self._split(expression)
        self._at = 0

    def expression(self) -> Any:
        """`||` has the lowest precedence. Both sides are evaluated, because parsing and evaluation are one pass."""
        value = self._both()
        while self._peek() == "||":
            self._next()
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._peek() == "&&":
            self._next()
            other = self._compared()
            value = value and other
        return value

    def _compared(self) -> Any:
        value = self._operand()
        if self._peek() not in COMPARISONS:
            return value
        return COMPARISONS[self._next()[1]](value, self._operand())

    def _operand(self) -> Any:
        kind, token = self._next()
        if kind == "mark":
            return self._marked(token)
        if kind == "text":
            return json.loads(token)
        if kind == "number":
            return int(token)
        if kind == "name" and self._peek() == "(":
            return self._call(token)
        if kind == "name" and token in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[token]
        return self._path(token)

    def _marked(self, mark: str) -> Any:
        """A negation, a list, or an expression in parentheses."""
        if mark == "!":
            return not self._operand()
        if mark == "[":
            return self._items("]")
        if mark != "(":
            raise self._error(f"{mark!r} is not expected")
        value = self.expression()
        self._take(")")
        return value

    def end(self) -> None:
        if self._peek():
            raise self._error(f"{self._peek()!r} is not expected")

    def _call(self, name: str) -> Any:
        self._take("(")
        arguments = self._items(")")
        if name not in FUNCTIONS:
            raise self._error(f"the function {name}() is not known here; known are {', '.join(sorted(FUNCTIONS))}")
        return self._steps(FUNCTIONS[name](*arguments))

    def _items(self, end: str) -> list[Any]:
        """The items between commas, up to and including `end`."""
        found: list[Any] = []
        while self._peek() != end:
            found.append(self.expression())
            if self._peek() == ",":
                self._take(",")
        self._take(end)
        return found

    def _path(self, first: str) -> Any:
        names = [first]
        for _ in range({SELF: 0, "data": 2}.get(first, 1)):
            self._take(".")
            names.append(self._next()[1])
        return self._steps(self._lookup(".".join(names)))

    def _steps(self, value: Any) -> Any:
        while self._peek() in (".", "[", "[*]"):
            mark = self._next()[1]
            if mark == "[*]":
                return self._splat(value)
            if mark == "[":
                value = value[self.expression()]
                self._take("]")
            else:
                value = self._attribute(value, self._next()[1])
        return value

    def _splat(self, values: list[Any]) -> list[Any]:
        """The same steps for every value; without values they are skipped."""
        rest, found = self._at, []
        for inner in values:
            self._at = rest
            found.append(self._steps(inner))
        while not values and self._peek() in (".", "["):
            self._at += 2 if self._peek() == "." else 3
        return found

    def _attribute(self, value: Any, name: str) -> Any:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict) or name not in value:
            known = ", ".join(sorted(value)) if isinstance(value, dict) else type(value).__name__
            raise self._error(f"there is no {name!r}; there is: {known}")
        return value[name]

    def _split(self, text: str) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise self._error(f"{text[at:].strip()!r} cannot be read")
            tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._error("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._error(f"{mark!r} is expected, not {self._peek()!r}")
        self._at += 1

    def _error(self, problem: str) -> ExpressionError:
        return ExpressionError(f"${{{self._expression}}}: {problem}")
