"""A module's statement for `docs/parity.md`: how far its routes are implemented, and the behaviour behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How far a route is implemented."""

    EXECUTED = "executed"  # executed
    STATEFUL = "stateful"  # stored and returned as written; without any effect
    ECHOED = "echoed"  # accepted and displayed
    LOCAL = "local"  # Databricks has no such route


@dataclass(frozen=True)
class Parity:
    """How far a module's routes are implemented, their documentation, and the handlers that differ, by name."""

    level: Level
    follows: str
    differ: Mapping[str, Level] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """`area` is its row in `docs/localcloud.md`; `witness` the pytest id of a function, without parameters."""

    area: str
    does: str
    level: Level
    follows: str
    witness: str
