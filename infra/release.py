"""The deployed code."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.wheel import Wheel


@dataclass(frozen=True, kw_only=True)
class Release:
    """The wheel, its commit, and by runtime (its manifest's name) the wheels that travel to it."""

    wheel: Wheel
    git_commit: str
    libraries: Mapping[str, tuple[Wheel, ...]] = field(default_factory=dict)
