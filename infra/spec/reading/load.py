"""Reads `workspaces/` into one frozen value, or raises all problems of all files together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from infra.spec.checks.all import CHECKS
from infra.spec.lake import CATALOG_ROOT, CONTAINERS, KeyVault, Lake, key_vault, lake
from infra.spec.places import Places, SharedPlaces, places, shared_places
from infra.spec.reading.error import SpecError
from infra.spec.reading.read import Read
from infra.spec.values.environment import Environment
from infra.spec.values.fields import Values
from infra.spec.values.platform import Platform
from ml.declarations import UseCase
from ml.usecases import USE_CASES
from settings.explain import Explainer
from settings.problems import Problem
from settings.source import Source, read

_PLATFORM = "platform"
_SUFFIXES = (".yaml", ".yml")
_Model = TypeVar("_Model", bound=Values)


@dataclass(frozen=True, kw_only=True)
class Spec:
    """All of `workspaces/`: the platform, and the environments by name in the order of their files."""

    platform: Platform
    environments: tuple[Environment, ...]
    use_cases: Mapping[str, UseCase]

    def readers_of(self, environment: Environment) -> tuple[Environment, ...]:
        """The environments that may read the catalog of `environment`."""
        return tuple(other for other in self.environments if other.name in environment.read_by)

    def lake_of(self, environment: Environment) -> Lake:
        """The lake of the catalog of `environment`."""
        return lake(self.places_of(environment))

    def key_vault_of(self, environment: Environment) -> KeyVault:
        """The key vault of `environment`."""
        return key_vault(self.places_of(environment))

    @staticmethod
    def own_containers_of(environment: Environment) -> tuple[str, ...]:
        """The lake's containers, each with its location, that are created: those that no adopted location replaces.

        An adopted catalog stores its tables in its owner's location, so it needs no root of ours.
        """
        adopted = set(environment.adopt.locations.names) | ({CATALOG_ROOT} if environment.adopt.catalog else set())
        return tuple(container for container in CONTAINERS if container not in adopted)

    def places_of(self, environment: Environment) -> Places:
        """The Azure ids of the parts of `environment`."""
        return places(self.platform, environment)

    @property
    def shared_places(self) -> SharedPlaces:
        """The Azure ids of the shared resources."""
        return shared_places(self.platform)

    def source_of(self, environment: Environment, use_case: str) -> Environment:
        """The environment whose gold tables training reads: by default `environment` itself."""
        named = environment.use_cases[use_case].source
        return next(other for other in self.environments if other.name == (named or environment.name))


def load(directory: Path, use_cases: Mapping[str, UseCase] = USE_CASES) -> Spec:
    """The workspaces in `directory`. Raises SpecError with all problems of all files."""
    problems: list[Problem] = []
    sources: dict[str, Source] = {}
    for path in _files(directory):
        sources[path.stem], broken = read(path)
        problems += broken
    problems += _unread_files(directory)
    problems += _missing_files(directory, sources)
    filled = {name: source for name, source in sources.items() if source.root is not None}
    platform = _typed(Platform, filled.get(_PLATFORM), problems)
    files = {name: source for name, source in filled.items() if name != _PLATFORM}
    environments = [_typed(Environment, source, problems) for source in files.values()]
    if _PLATFORM in filled:
        known = Read(platform=filled[_PLATFORM], environments=files, use_cases=use_cases)
        problems += [problem for check in CHECKS for problem in check(known)]
    typed = tuple(environment for environment in environments if environment is not None)
    if problems or platform is None:
        raise SpecError(problems)
    return Spec(platform=platform, environments=typed, use_cases=use_cases)


def _files(directory: Path) -> list[Path]:
    """The files to read, by stem: of two with the same stem, the `.yaml`."""
    found = {path.stem: path for suffix in reversed(_SUFFIXES) for path in directory.glob(f"*{suffix}")}
    return [found[stem] for stem in sorted(found)]


def _unread_files(directory: Path) -> list[Problem]:
    """Files that look like settings but would be ignored: a second one of a stem, another spelling, a folder."""
    read_files = set(_files(directory))
    looks = [path for path in directory.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file()]
    return [
        Problem(
            file=path.relative_to(directory).as_posix(),
            line=1,
            setting="(the file)",
            given="a file that is not read",
            allowed="<environment>.yaml or <environment>.yml beside platform.yaml, one for each environment",
            fix="rename it, move it, or remove it",
        )
        for path in looks
        if path not in read_files
    ]


def _missing_files(directory: Path, sources: Mapping[str, Source]) -> list[Problem]:
    problems = []
    if _PLATFORM not in sources:
        problems.append(_no_file(directory / "platform.yaml", "the file with what all environments share"))
    if not set(sources) - {_PLATFORM}:
        problems.append(_no_file(directory / "<environment>.yaml", "one file per environment"))
    problems += [_no_file(directory / source.file, "settings") for source in sources.values() if _is_empty(source)]
    return problems


def _is_empty(source: Source) -> bool:
    # A file with broken text has no root either, but was already reported with its line.
    return source.root is None and source.readable


def _no_file(path: Path, allowed: str) -> Problem:
    return Problem(
        file=path.name, line=1, setting="(the file)", given="nothing", allowed=allowed, fix=f"write {path.name}"
    )


def _typed(model: type[_Model], source: Source | None, problems: list[Problem]) -> _Model | None:
    """The file as `model`; None, with its problems added, if it is invalid."""
    if source is None:
        return None
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        problems += Explainer(model, source).problems(error)
        return None
