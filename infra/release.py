"""What is deployed: the code that the jobs run."""

from dataclasses import dataclass

from infra.wheel import Wheel


@dataclass(frozen=True, kw_only=True)
class Release:
    """The wheel, and the commit it was built from."""

    wheel: Wheel
    git_commit: str
