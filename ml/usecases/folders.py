"""Finds the use cases by their folders: `<name>/declaration.py` declares one `USE_CASE` with the folder's name."""

from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable

from ml.declarations import UseCase
from ml.declarations.errors import DeclarationError

MODULE, NAME = "declaration", "USE_CASE"


def declared(package: str) -> dict[str, UseCase]:
    """The use cases of `package` by name, in the order of their names.

    Raises DeclarationError naming every folder whose declaration is missing, not importable, or has another name.
    """
    found: dict[str, UseCase] = {}
    problems: list[str] = []
    for folder in _folders(package):
        read = _read(package, folder)
        if isinstance(read, str):
            problems.append(f"folder {package.replace('.', '/')}/{folder} {read}")
        else:
            found[folder] = read
    if problems:
        raise DeclarationError(package.replace(".", "/"), problems)
    return found


def _folders(package: str) -> list[str]:
    """Folders with Python source. A folder with only the compiled files of a removed use case does not count."""
    return sorted(
        child.name for child in files(package).iterdir() if child.is_dir() and any(map(_is_code, child.iterdir()))
    )


def _is_code(file: Traversable) -> bool:
    return file.name.endswith(".py")


def _read(package: str, folder: str) -> UseCase | str:
    """The use case of a folder, or its problem."""
    module = f"{package}.{folder}.{MODULE}"
    if not files(package).joinpath(folder, f"{MODULE}.py").is_file():
        return f"has no {MODULE}.py: add one that declares {NAME}, or remove the folder"
    try:
        found = getattr(import_module(module), NAME, None)
    except Exception as error:  # noqa: BLE001 - any import error is a mistake in that folder
        return f"cannot be imported ({type(error).__name__}: {error}): correct its {MODULE}.py or what that imports"
    if not isinstance(found, UseCase):
        return f"declares no {NAME}: its {MODULE}.py must assign one UseCase to {NAME}, not {type(found).__name__}"
    if found.name != folder:
        return f"declares a use case of the name {found.name!r}: call both alike"
    return found
