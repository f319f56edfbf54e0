"""The input of the rules: every file as written, valid or not, so that one mistake hides no other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.spec.reading.raw import table
from ml.declarations import UseCase
from settings.problems import Problem
from settings.source import Location, Source


@dataclass(frozen=True, kw_only=True)
class Read:
    """Everything that was read, as written in the files."""

    platform: Source
    environments: Mapping[str, Source]
    use_cases: Mapping[str, UseCase]

    def use_case_values(self) -> Iterator[tuple[Source, str, Mapping[str, Any]]]:
        """(file, use case, its settings) of every use case in every environment."""
        for source in self.environments.values():
            for use_case in table(source.data, "use_cases"):
                yield source, use_case, table(source.data, "use_cases", use_case)


def problem(source: Source, location: Location, *, given: object, allowed: str, fix: str) -> Problem:
    """A problem at `location` of `source`."""
    return Problem(
        file=source.file,
        line=source.line(location),
        setting=".".join(str(step) for step in location),
        given=repr(given),
        allowed=allowed,
        fix=fix,
    )
