"""Problems in YAML files: one value per mistake, and the error that carries them all."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One mistake: its place, the given value, the allowed ones, and the fix."""

    file: str
    line: int
    setting: str
    given: str
    allowed: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.setting}: given {self.given}; allowed {self.allowed}; {self.fix}"


class SettingsError(ValueError):
    """Files that cannot be used. Carries all problems of all files, sorted by place."""

    where = "the settings"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{len(self.problems)} problem(s) in {self.where}:\n{listed}")
