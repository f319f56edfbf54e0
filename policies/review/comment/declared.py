"""The place in `workspaces/` that declares a resource of a synthesized stack, guessed from its name.

No document contains it. The words of a resource's id are compared with the keys of the environment's file: the result
is the deepest entry that contains all entries with the most matching words. Fewer than half of the words give no
result.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

_WORD = re.compile(r"[a-z0-9]+")
# Words of ids that name the kind of resource and not its subject.
_KINDS = frozenset({
    "access", "acl", "binding", "federation", "grant", "grants", "permission", "permissions", "policy", "principal",
    "rule", "set", "workspace",
})  # fmt: skip
# A line, and the keys on the path to it.
_Entry = tuple[tuple[str, ...], int]


class Workspaces:
    """The YAML files of one folder: one per environment, and the shared `platform.yaml`."""

    def __init__(self, folder: Path) -> None:
        files = sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))
        self._entries = {file.stem: (file, list(_entries_of(file))) for file in files}

    def place(self, stack: str, address: str) -> tuple[Path, int] | None:
        """(file, line) of the entry that declares the resource at `address`; None if no entry fits."""
        environment = stack.rpartition("-")[0] or stack
        found = self._entries.get(environment) or self._entries.get("platform")
        words = _words_of(address)
        if found is None or not words:
            return None
        line = _line(words, found[1])
        return (found[0], line) if line else None


def _words_of(address: str) -> frozenset[str]:
    """The words of a resource's id; those of its type if its id only names a kind."""
    kind, _, name = address.rpartition(".")
    words = frozenset(_WORD.findall(name.lower()))
    return words - _KINDS or (words & frozenset(_WORD.findall(kind.lower())))


def _line(words: frozenset[str], entries: list[_Entry]) -> int:
    scored = [(len(words & _told(path)), path, line) for path, line in entries if _is_about(path, words)]
    best = max((score for score, _, _ in scored), default=0)
    if best * 2 < len(words) or not best:
        return 0
    fitting = [path for score, path, _ in scored if score == best]
    shared = _shared(fitting)
    return next((line for path, line in entries if path == shared), 0)


def _is_about(path: tuple[str, ...], words: frozenset[str]) -> bool:
    """Whether the entry may be meant: entries of a use case are only about resources named after it."""
    return path[:1] != ("use_cases",) or len(path) == 1 or frozenset(_WORD.findall(path[1].lower())) <= words


def _told(path: tuple[str, ...]) -> frozenset[str]:
    """The words of the keys on the path to an entry."""
    return frozenset(word for key in path for word in _WORD.findall(key.lower()))


def _shared(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The common prefix of all keys: one entry and its children are that entry."""
    first, last = min(paths), max(paths)
    pairs = enumerate(zip(first, last, strict=False))
    length = next((n for n, (one, other) in pairs if one != other), min(len(first), len(last)))
    return first[:length]


def _entries_of(file: Path) -> Iterator[_Entry]:
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    yield from _entries(root, ())


def _entries(node: yaml.Node | None, path: tuple[str, ...]) -> Iterator[_Entry]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _entries(value, here)
