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


def read_yaml(path: Path, *, may_be_empty: bool = False) -> Mapping[str, Any]:
    """The mapping in `path`; of a file that may be empty, an empty one. Raises RulesError where there is none."""
    try:
        found = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(f"{path}: cannot be read as YAML: {error}") from error
    if found is None and may_be_empty:
        return {}
    if not isinstance(found, dict):
        raise RulesError(f"{path}: holds {type(found).__name__}; a mapping is needed")
    return found
