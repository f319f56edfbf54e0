"""What is deployed: the code that the jobs run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.wheel import Wheel


@dataclass(frozen=True, kw_only=True)
class Release:
    """The wheel, the commit it was built from, and by runtime (its manifest's name) the wheels that travel to it."""

    wheel: Wheel
    git_commit: str
    libraries: Mapping[str, tuple[Wheel, ...]] = field(default_factory=dict)
