"""YAML that is read differently than it looks: numbers and switches of YAML 1.1, and endless aliases."""

import re
from collections.abc import Iterator

import yaml

from settings.problems import Problem

_TAG = "tag:yaml.org,2002:"
# By kind: the unambiguous spelling, for every version of YAML and every person; and what to write.
_PLAIN = {
    "int": (re.compile(r"[-+]?(0|[1-9]\d*)"), "a whole number in decimal digits, without leading zeros"),
    "float": (re.compile(r"[-+]?\d+\.\d+([eE][-+]?\d+)?"), "a decimal number such as 0.5"),
    "bool": (re.compile(r"true|false", re.IGNORECASE), "true or false"),
}


def unreadable(file: str, root: yaml.Node | None) -> list[Problem]:
    """Problems that make the whole file unreadable: endless aliases, and keys that are not text, such as `no` or 1."""
    return _endless(file, root) or [
        Problem(
            file=file,
            line=key.start_mark.line + 1,
            setting=".".join(path),
            given=f"{key.value}, which YAML reads as {yaml.safe_load(key.value)!r}",
            allowed="a name",
            fix="choose another name, or write it in quotes",
        )
        for path, key in _keys(root, ())
        if isinstance(key, yaml.ScalarNode) and key.tag.removeprefix(_TAG) not in ("str", "merge")
    ]


def _endless(file: str, root: yaml.Node | None) -> list[Problem]:
    """The aliases inside their own anchors."""
    return [
        Problem(
            file=file,
            line=node.start_mark.line + 1,
            setting="(the file)",
            given="an alias inside its own anchor",
            allowed="an alias to a value that is complete before it",
            fix="write the value out",
        )
        for node in _recursive(root, ())
    ]


def misread(file: str, root: yaml.Node | None) -> Iterator[Problem]:
    """Every value that YAML 1.1 reads differently than it looks: 030 is 24 there, 1:30 is 90, `off` is false.

    `root` must be readable.
    """
    for path, node in _scalars(root, ()):
        kind = node.tag.removeprefix(_TAG)
        pattern, allowed = _PLAIN.get(kind, (None, ""))
        if pattern is not None and not pattern.fullmatch(node.value):
            yield Problem(
                file=file,
                line=node.start_mark.line + 1,
                setting=".".join(path) or "(the file)",
                given=f"{node.value}, which YAML reads as {yaml.safe_load(node.value)!r}",
                allowed=allowed,
                fix="write it so, or in quotes if it is a text",
            )


def _children(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """(step, node) of the values of a mapping and of the items of a list."""
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(position), item) for position, item in enumerate(node.value))


def _keys(node: yaml.Node | None, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from (((*path, str(key.value)), key) for key, _ in node.value)
    for step, child in _children(node):
        yield from _keys(child, (*path, step))


def _recursive(node: yaml.Node | None, above: tuple[yaml.Node, ...]) -> Iterator[yaml.Node]:
    if node is None:
        return
    if any(node is other for other in above):
        yield node
        return
    for _, child in _children(node):
        yield from _recursive(child, (*above, node))


def _scalars(node: yaml.Node | None, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode):
        yield path, node
    for step, child in _children(node):
        yield from _scalars(child, (*path, step))
