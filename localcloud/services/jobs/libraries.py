"""Whether a task's wheels fit the runtime. Pure, except for reading unpacked wheels.

A cluster installs a wheel's requirements too: one that its runtime does not satisfy would be fetched from an index and
replace the runtime's own, on every cluster. So it has to travel along as a wheel, or the wheel is refused.
"""

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from localcloud.services.compute.runtimes import Runtime


@dataclass(frozen=True, kw_only=True)
class Library:
    """An unpacked wheel: normalized name, version and requirements."""

    name: str
    version: str
    python: str
    needs: tuple[Requirement, ...]


def read(folder: Path) -> Library | None:
    """The metadata of the unpacked wheel in `folder`; None if it has none."""
    found = next(iter(importlib.metadata.distributions(path=[str(folder)])), None)
    if found is None:
        return None
    return Library(
        name=canonicalize_name(found.metadata["Name"]),
        version=found.version,
        python=found.metadata["Requires-Python"] or "",
        needs=tuple(Requirement(line) for line in found.requires or ()),
    )


def placed(folders: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The unpacked wheels to put before this machine's libraries, because it lacks them, and those to put after.

    So a file or a notebook imports the wheels that travel with it, and no wheel replaces what the machine runs with.
    """
    lacked = [folder for folder in folders if not _is_here(folder)]
    return lacked, [folder for folder in folders if folder not in lacked]


def _is_here(folder: Path) -> bool:
    held = read(folder)
    return held is not None and any(importlib.metadata.distributions(name=held.name))


def problems(libraries: Sequence[Library], runtime: Runtime) -> list[str]:
    """Every requirement of `libraries` that neither `runtime` nor one of them satisfies; a line each."""
    travelling = {library.name: library.version for library in libraries}
    return [problem for library in libraries for problem in _problems(library, travelling, runtime)]


def _problems(library: Library, travelling: Mapping[str, str], runtime: Runtime) -> Iterator[str]:
    if library.python and not SpecifierSet(library.python).contains(runtime.python):
        yield f"{library.name} needs Python {library.python}; {runtime.name} has {runtime.python}"
    place = {
        "python_full_version": runtime.python,
        "python_version": ".".join(runtime.python.split(".")[:2]),
        "extra": "",
    }
    for need in library.needs:
        if need.marker is not None and not need.marker.evaluate(place):
            continue
        name = canonicalize_name(need.name)
        held, has = travelling.get(name), runtime.libraries.get(name)
        version = held or has
        if version is None:
            yield f"{library.name} needs {_named(need)}, which {runtime.name} lacks"
        elif not need.specifier.contains(version, prereleases=True):
            owner = "what travels along" if held else runtime.name
            yield f"{library.name} needs {_named(need)}; {owner} has {version}"


def _named(need: Requirement) -> str:
    return f"{need.name}{need.specifier}"
