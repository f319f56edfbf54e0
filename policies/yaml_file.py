"""Reading the YAML files of this room: rules, prices, invariants."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from policies.errors import RulesError


def parse_yaml(text: str) -> Any:
    """What a YAML text says, as `safe_load` reads it, by the library's parser in C if it has one: ten times as fast."""
    if yaml.__with_libyaml__:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    return yaml.safe_load(text)


def read_yaml(path: Path) -> Mapping[str, Any]:
    """The mapping in `path`. Raises RulesError where there is none."""
    try:
        found = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(f"{path}: cannot be read as YAML: {error}") from error
    if not isinstance(found, dict):
        raise RulesError(f"{path}: holds {type(found).__name__}; a mapping is needed")
    return found


def text_of(path: Path, place: str, entry: Any, key: str) -> str:
    """The text `key` of `entry`. Raises RulesError where it is missing."""
    found = entry.get(key) if isinstance(entry, Mapping) else None
    if not isinstance(found, str) or not found:
        raise RulesError(f"{path}: {place} has no {key!r}; give it a text")
    return found


def only(path: Path, place: str, entry: Any, *allowed: str) -> Mapping[str, Any]:
    """`entry`, a mapping with no other keys than `allowed`. Raises RulesError where it is not: a mistyped rule must not
    be a rule that never fires.
    """
    if not isinstance(entry, Mapping):
        raise RulesError(f"{path}: {place} is {type(entry).__name__}; a mapping of {', '.join(allowed)} is needed")
    unknown = sorted(set(map(str, entry)) - set(allowed))
    if unknown:
        raise RulesError(f"{path}: {place} has {', '.join(unknown)}; allowed are {', '.join(allowed)}")
    return entry


def texts_of(path: Path, place: str, entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The list of texts `key` of `entry`; empty where it has none. Raises RulesError where it is something else."""
    found = entry.get(key, [])
    if not (isinstance(found, list) and all(isinstance(item, str) for item in found)):
        raise RulesError(f"{path}: {place}: {key} is {found!r}; a list of texts is needed")
    return tuple(found)
