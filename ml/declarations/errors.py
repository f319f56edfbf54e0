"""The error that a wrong declaration raises."""

from collections.abc import Iterable


class DeclarationError(ValueError):
    """A declaration that cannot be used. Carries every problem found, not only the first."""

    def __init__(self, subject: str, problems: Iterable[str]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{subject} has {len(self.problems)} problem(s):\n{listed}")


def require(subject: str, problems: Iterable[str | None]) -> None:
    """Raise `DeclarationError` with all of `problems` that are not None."""
    found = [problem for problem in problems if problem]
    if found:
        raise DeclarationError(subject, found)
