"""What is wrong in the YAML files: one value per mistake, and the error that carries all of them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One mistake: where it is, what was given, what is allowed and what to change."""

    file: str
    line: int
    setting: str
    given: str
    allowed: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.setting}: given {self.given}; allowed {self.allowed}; {self.fix}"


class SettingsError(ValueError):
    """Files that cannot be used. Carries every problem of every file, sorted by place."""

    where = "the settings"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{len(self.problems)} problem(s) in {self.where}:\n{listed}")
