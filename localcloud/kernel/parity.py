"""What a room says of itself for the list `docs/parity.md`: how far its routes go, and what it does behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How far a route goes."""

    EXECUTED = "executed"  # really done
    STATEFUL = "stateful"  # kept and answered as it was written; nothing acts on it
    ECHOED = "echoed"  # accepted and shown
    LOCAL = "local"  # Databricks has no such route


@dataclass(frozen=True)
class Parity:
    """How far a module's routes go, the documentation that they follow, and the handlers that differ, by name."""

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
