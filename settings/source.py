"""YAML with its line numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from settings import written
from settings.problems import Problem

Location = tuple[str | int, ...]
# The library's C parser, if it is there, takes a tenth of the time of its Python one.
_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(frozen=True)
class Source:
    """One YAML file: its plain data, and the tree with line numbers.

    `root` is None for an empty file and for invalid YAML; only the first is `readable`.
    """

    file: str
    data: Any
    root: yaml.Node | None
    readable: bool = True

    def line(self, location: Location) -> int:
        """Line (from 1) of the value at `location`; of its nearest parent if it is absent."""
        node, line = self.root, 1
        for step in location:
            found = _child(node, step)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        return line


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The (key or item, value) nodes under `node` at `step`."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _repeated_keys(node: yaml.Node | None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every duplicate key of a mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*path, str(key.value))
            if key.value in seen:
                yield here, key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated_keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _repeated_keys(item, (*path, str(position)))


def _unreadable(file: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    return Problem(
        file=file,
        line=mark.line + 1 if mark else 1,
        setting="(the file)",
        given=f"text that is not YAML: {getattr(error, 'problem', None) or error}",
        allowed="valid YAML in UTF-8",
        fix="correct the text at this line",
    )


def _composed(text: str) -> yaml.Node | None:
    """The tree of a text. Raises YAMLError as the Python parser does, which says what it found and at which line."""
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def read(path: Path) -> tuple[Source, list[Problem]]:
    """The file at `path` with the problems of its text, as `parse` finds them."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return Source(path.name, None, None, readable=False), [_unreadable(path.name, error)]
    return parse(path.name, text)


def parse(file: str, text: str) -> tuple[Source, list[Problem]]:
    """The text of `file` with its problems: invalid YAML, duplicate keys, or values that are read as something else."""
    try:
        root = _composed(text)
        if broken := written.unreadable(file, root):
            return Source(file, None, None, readable=False), broken
        data = yaml.load(text, Loader=_LOADER)  # noqa: S506 - either is a safe one
    except yaml.YAMLError as error:
        return Source(file, None, None, readable=False), [_unreadable(file, error)]
    repeated = [
        Problem(
            file=file,
            line=line,
            setting=".".join(keys),
            given="the same key again",
            allowed="each key once",
            fix="remove one of the two",
        )
        for keys, line in _repeated_keys(root)
    ]
    return Source(file, data, root), [*repeated, *written.misread(file, root)]
