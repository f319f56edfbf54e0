"""The starting point of a use case per problem: `ml/problems/<room>/new_usecase/<problem>.toml`, found by its path.

A folder next to it with the problem's name may have the problem's own templates: each replaces the common one of the
same path, or is written in addition.
"""

import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from cli.errors import CommandError

_PLACE = "ml/problems/*/new_usecase/*.toml"


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """The parts of the templates that depend on the problem: names, and pieces of code.

    Attributes:
        name: the problem, as `--problem` calls it.
        templates: the folder of its own templates, which need not exist.
        problem: the declared problem.
        measure: the measure by which monitoring judges a month.
        imports: imports from `ml.declarations` besides those that every declaration has.
        follows: a condition that holds since outcomes follow the signal (`high`: the cases whose signal is).
        gates: compliance and comparison.
        label_column, outcomes: the column, and the function that draws outcomes. These and `follows` belong to
            the common templates: a problem that replaces those needs none of them.
    """

    name: str
    templates: Path
    question: str
    label_name: str
    model_name: str
    model_comment: str
    problem: str
    measure: str
    imports: list[str]
    gates: str
    follows: str = ""
    label_column: str = ""
    outcomes: str = ""


def beginnings(root: Path) -> dict[str, Path]:
    """The file of each problem that a new use case of the checkout at `root` can have, by the problem's name."""
    return {path.stem: path for path in sorted(root.glob(_PLACE))}


def beginning(root: Path, problem: str) -> Beginning:
    """The starting point of `problem`. Raises CommandError that lists the problems, or what its file lacks."""
    found = beginnings(root)
    if problem not in found:
        raise CommandError(f"problem {problem!r} is unknown: name one of {', '.join(sorted(found))}", exit_code=2)
    path = found[problem]
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {field.name for field in fields(Beginning)} - {"name", "templates"}
    needed = {field.name for field in fields(Beginning) if field.default is MISSING} & known
    lacking, strange = sorted(needed - set(values)), sorted(set(values) - known)
    if lacking or strange:
        raise CommandError(f"{path.relative_to(root)} lacks {lacking} and has the unknown keys {strange}")
    parts: dict[str, Any] = {
        key: value.strip("\n") if isinstance(value, str) else value for key, value in values.items()
    }
    return Beginning(name=problem, templates=path.with_suffix(""), **parts)
