"""Finds the stories by the folders of the use cases: `<name>/demo/story.py` assigns one `Story` to `STORY`.

Further stories have a folder each: `<name>/demo/<story>/story.py`, with the `declaration.py` that they are played with.
"""

from importlib import import_module
from importlib.resources import files

from cli.errors import CommandError
from ml.usecases.story import Story

PACKAGE = "ml.usecases"
NAME = "STORY"


def told(package: str = PACKAGE) -> list[str]:
    """The names of use cases that have a story, sorted. Imports none of them."""
    return sorted(folder.name for folder in files(package).iterdir() if folder.joinpath("demo", "story.py").is_file())


def story_of(use_case: str, package: str = PACKAGE, name: str = "") -> Story:
    """The story of a use case, or its further one called `name`. Raises CommandError that lists the existing ones."""
    folder = f"{package.replace('.', '/')}/{use_case}"
    if use_case not in told(package):
        there = files(package).joinpath(use_case, "declaration.py").is_file()
        wrong = f"has no story: add {folder}/demo/story.py" if there else "is not declared: correct the name"
        said = f"use case {use_case!r} {wrong}, or name one that has a story: {', '.join(told(package))}"
        raise CommandError(said, exit_code=2)
    module = ".".join(part for part in (package, use_case, "demo", name, "story") if part)
    found = getattr(import_module(module), NAME, None)
    if not isinstance(found, Story):
        raise CommandError(f"{module.replace('.', '/')}.py must assign one Story to {NAME}, not {type(found).__name__}")
    return found
