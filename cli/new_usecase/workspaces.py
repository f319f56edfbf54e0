"""The lines of `workspaces/*.yaml` that run a new use case, and its line in the list of pages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cli.errors import CommandError

_KEY = "use_cases:"
_PAGES = "  - Use cases:\n"


def enabled(text: str, name: str, *, serving: bool) -> str:
    """A valid environment's YAML with one more use case, after the existing ones and like the first of them.

    Everything else stays as it is, comments included. Raises CommandError if there is no use case to copy.
    """
    cases = (yaml.safe_load(text) or {}).get("use_cases")
    if not cases:
        raise CommandError("it runs no use case to copy from: add the new one by hand")
    values = _like(next(iter(cases.values())), serving=serving)
    block = yaml.safe_dump({name: values}, default_flow_style=None, sort_keys=False, width=200)
    lines = text.splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.startswith(_KEY))
    end = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith((" ", "#", "\n"))), len(lines))
    while not lines[end - 1].startswith(" "):
        end -= 1
    return "".join([*lines[:end], *(f"  {line}\n" for line in block.splitlines()), *lines[end:]])


def _like(first: Mapping[str, Any], *, serving: bool) -> dict[str, Any]:
    """The same jobs and rights, without a GPU, and without an endpoint if the new use case has none."""
    jobs = {
        stage: {key: value for key, value in settings.items() if key != "gpu"}
        for stage, settings in first["jobs"].items()
    }
    hidden = () if serving else ("endpoint", "predictions")
    access = {
        group: {right: value for right, value in rights.items() if right not in hidden}
        for group, rights in first.get("access", {}).items()
    }
    values = {**first, "jobs": jobs, "access": {group: rights for group, rights in access.items() if rights}}
    if not serving:
        values.pop("serving", None)
    return values


def paged(text: str, name: str) -> str:
    """`mkdocs.yml` with the page of one more use case, in the section of use cases."""
    line = f"      - usecases/{name}.md\n"
    if _PAGES in text:
        return text.replace(_PAGES, f"{_PAGES}{line}", 1)
    return text.replace("  - Concepts:\n", f"{_PAGES}{line}  - Concepts:\n", 1)


def changed(root: Path, name: str, *, serving: bool) -> dict[str, str]:
    """The new text of each changed file, by its path.

    Raises CommandError with every mistake in those files, or naming each that cannot be changed.
    """
    paths = [path for path in sorted((root / "workspaces").glob("*.yaml")) if path.stem != "platform"]
    _require_valid(paths)
    found: dict[str, str] = {}
    wrong: list[str] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            found[path.relative_to(root).as_posix()] = enabled(text, name, serving=serving)
        except CommandError as error:
            wrong.append(f"{path.relative_to(root)}: {error.message}")
    if wrong:
        raise CommandError("; ".join(wrong))
    pages = root / "mkdocs.yml"
    return {**found, "mkdocs.yml": paged(pages.read_text(encoding="utf-8"), name)}


def _require_valid(paths: Sequence[Path]) -> None:
    """Raise CommandError with every mistake in the environments at `paths`."""
    from infra.spec import Environment, SpecError  # noqa: PLC0415 - other commands do not need it
    from settings.model import read_model  # noqa: PLC0415
    from settings.problems import Problem  # noqa: PLC0415

    problems: list[Problem] = []
    for path in paths:
        try:
            read_model(path, Environment, SpecError)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise CommandError(str(SpecError(problems)), 2)
