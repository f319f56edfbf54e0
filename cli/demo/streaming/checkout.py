"""A copy of this checkout in which a use case has the declaration of a story.

The copy has the edits that a user would make: the declaration, and the columns that scoring may see.
"""

from pathlib import Path

from cli.demo.checkout import copied, edit
from cli.errors import CommandError
from cli.paths import ROOT

_SHIPPED = "shipped"
# A stream reads the change data feed of the feature table, which is refused to principals that a mask applies to.
_MASKED, _CLEAR = "  scoring: {", "  scoring: {sensitive: clear, source_sensitive: clear, "


def declaration_of(use_case: str, story: str, root: Path = ROOT) -> Path:
    """The use case's declaration for that story. Raises CommandError that lists the use cases that have one."""
    cases = root / "ml" / "usecases"
    found = cases / use_case / "demo" / story / "declaration.py"
    if not found.is_file():
        there = sorted(path.parents[2].name for path in cases.glob(f"*/demo/{story}/story.py"))
        raise CommandError(f"use case {use_case!r} has no story {story!r}; those that have one: {', '.join(there)}", 2)
    return found


def changed_checkout(use_case: str, story: str, folder: Path, root: Path = ROOT) -> Path:
    """Make the copy in `folder`, replacing an earlier one.

    Raises CommandError if the use case has no such story, or if the text to edit is not found.
    """
    declared = declaration_of(use_case, story, root)
    copied(folder, root)
    _declare(folder / "ml" / "usecases" / use_case, declared.read_text("utf-8"))
    edit(folder / "workspaces" / "platform.yaml", _MASKED, _CLEAR)
    return folder


def _declare(package: Path, declaration: str) -> None:
    """Replace the shipped declaration by `declaration`; it can import the shipped one from a file next to it."""
    (package / "declaration.py").rename(package / f"{_SHIPPED}.py")
    before, after = (f"ml.usecases.{package.name}.{name} import" for name in ("declaration", _SHIPPED))
    (package / "declaration.py").write_text(declaration.replace(before, after), "utf-8")
