"""The line of a resource in a file: synthesized JSON, and Terraform's own language."""

import re
from collections.abc import Iterator, Mapping

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|\n')
_BLOCK = re.compile(r'^[ \t]*resource[ \t]+"?(\w+)"?[ \t]+"?([\w-]+)"?[ \t]*\{', re.MULTILINE)
# `resource`, its type, its name.
_DEPTH = 3


def lines_in_json(text: str) -> Mapping[str, int]:
    """Line by address (`type.name`) of a document in Terraform's JSON syntax."""
    found: dict[str, int] = {}
    for path, line in _keys(text):
        if len(path) == _DEPTH and path[0] == "resource":
            found.setdefault(f"{path[1]}.{path[2]}", line)
    return found


def lines_in_hcl(text: str) -> Mapping[str, int]:
    """Line by address of the `resource` blocks of a `.tf` file."""
    return {f"{one[1]}.{one[2]}": text.count("\n", 0, one.start()) + 1 for one in reversed([*_BLOCK.finditer(text)])}


def _keys(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every key down to `_DEPTH`, with its parent keys and its line."""
    line, depth, path = 1, 0, [""] * (_DEPTH + 1)
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word == "\n":
            line += 1
        elif word in "{[":
            depth += 1
        elif word in "}]":
            depth -= 1
        elif 0 < depth <= _DEPTH and text[token.end() : token.end() + 2].lstrip().startswith(":"):
            path[depth - 1] = word[1:-1]
            yield tuple(path[:depth]), line
