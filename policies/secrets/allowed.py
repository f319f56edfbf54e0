"""Places that look like a secret but are not. `policies/secrets.yaml` has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import Field

from policies.exceptions import PolicyException, read_exceptions
from policies.secrets.places import GENERATED
from policies.secrets.search import SecretFinding
from policies.yaml_model import Entry

_LEFT_BEHIND = tuple(pattern.partition("/")[0] for pattern in GENERATED)


class AllowedSecret(PolicyException):
    """`path` may hold stars; `kind` is detect-secrets' name of what it takes the place for."""

    path: str = Field(min_length=5)
    kind: str

    def covers(self, finding: SecretFinding) -> bool:
        """Whether it covers this place."""
        return finding.kind == self.kind and fnmatchcase(finding.path, self.path)

    @property
    def label(self) -> str:
        """Kind and path, as messages name it."""
        return f"allowed {self.kind} in {self.path}"


class _File(Entry):
    allowed: Annotated[tuple[AllowedSecret, ...], Field(strict=False)] = ()


@dataclass(frozen=True)
class SecretsOutcome:
    """The findings left after the exceptions, and the problems with the exceptions."""

    findings: tuple[SecretFinding, ...]
    allowed: int
    problems: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether the search passes."""
        return not self.findings and not self.problems


def read_allowed(file: Path) -> list[AllowedSecret]:
    """Every exception of the file. Raises UnreadableExceptions with all mistakes."""
    return [each for read in read_exceptions([file], _File) for each in read.allowed]


def judge(
    findings: Iterable[SecretFinding], allowed: Sequence[AllowedSecret], today: date, *, whole: bool
) -> SecretsOutcome:
    """The findings without an exception. If the `whole` repository was searched, an unused exception fails too.

    An exception for files from synthesis or a run may be unused: a fresh checkout has none of them.
    """
    left, used = [], []
    for finding in findings:
        covering = [one for one in allowed if one.covers(finding)]
        used += covering
        left += [] if covering else [finding]
    problems = [problem for one in allowed if (problem := one.problem(today))]
    if whole:
        unused = [one for one in allowed if one not in used and not one.path.startswith(_LEFT_BEHIND)]
        problems += [f"{one.label}: nothing was found there; remove it" for one in unused]
    return SecretsOutcome(tuple(left), len(used), tuple(problems))
