"""Every rule of the pack."""

import importlib
from functools import cache
from pathlib import Path

from .rule import Rule

_CHECKS = Path(__file__).resolve().parent.parent
# The package under its loaded name: `policies.checks`, or the name that `checkov_pack.py` gives it.
_PACKAGE = __name__.rpartition(".engine.")[0]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the files: the one value of type `Rule` in each file outside `engine`.

    Raises ValueError if a file has none or several, or two files have the same id.
    """
    found = tuple(_rule_of(path) for path in sorted(_CHECKS.glob("*/*.py")) if path.parent.name != "engine")
    ids = [rule.id for rule in found]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise ValueError(f"rule ids given twice: {', '.join(twice)}; take the next free number")
    return found


@cache
def rules_by_type() -> dict[str, tuple[Rule, ...]]:
    """The rules that judge resources of a type, by that type."""
    types = sorted({type_ for rule in rules() for type_ in rule.types})
    return {type_: tuple(rule for rule in rules() if type_ in rule.types) for type_ in types}


def _rule_of(path: Path) -> Rule:
    module = importlib.import_module(f"{_PACKAGE}.{path.parent.name}.{path.stem}")
    held = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(held) != 1:
        raise ValueError(f"{path}: holds {len(held)} rules; a file holds exactly one")
    return held[0]
