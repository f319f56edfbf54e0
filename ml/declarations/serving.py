"""Online serving: the endpoint that answers with the live version, and the features it looks up."""

import re
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require

# A promotion's smoke test asks seven times, and a roll-back may follow within the minute: fewer would fail both.
FEWEST_CALLS_PER_MINUTE = 20
_MOST_PERCENT = 50
_ENDPOINT = re.compile(r"[a-z][a-z0-9-]{0,62}")


class WorkloadSize(StrEnum):
    """How many requests an endpoint answers at once: 4, 8 to 16, or 16 to 64."""

    SMALL = "Small"
    MEDIUM = "Medium"
    LARGE = "Large"


@dataclass(frozen=True, kw_only=True)
class Serving:
    """The serving endpoint of a use case. Who may call it is the environment's to say (`workspaces/`).

    Attributes:
        endpoint: its name, the same in every environment's workspace.
        scale_to_zero: whether it stops when nobody calls; the first call after that waits for minutes.
        max_latency_ms: the smoke test after a promotion refuses a version that answers slower than this.
        update_limit_s: how long one change of version may take. Databricks builds a container first, for minutes.
        wake_limit_s: how long the first request after a sleep may take.
        challenger_percent: how many of a hundred requests a version answers while it waits for a person's sign-off.
        caller_calls_per_minute: how many requests a minute each user or service principal may make, further ones get
            429; None: no limit.
    """

    endpoint: str
    workload_size: WorkloadSize = WorkloadSize.SMALL
    scale_to_zero: bool = True
    max_latency_ms: float = 1000.0
    update_limit_s: int = 2400
    wake_limit_s: int = 600
    challenger_percent: int = 0
    caller_calls_per_minute: int | None = None

    def __post_init__(self) -> None:
        named = _ENDPOINT.fullmatch(self.endpoint)
        calls = self.caller_calls_per_minute
        require(
            f"serving endpoint {self.endpoint!r}",
            [
                None if named else "its name must be lower-case letters, digits and dashes, up to 63: rename it",
                None if self.max_latency_ms > 0 else f"max_latency_ms is {self.max_latency_ms}; give one above 0",
                None if self.update_limit_s > 0 else f"update_limit_s is {self.update_limit_s}; give one above 0",
                None if self.wake_limit_s > 0 else f"wake_limit_s is {self.wake_limit_s}; give one above 0",
                None
                if 0 <= self.challenger_percent <= _MOST_PERCENT
                else f"challenger_percent is {self.challenger_percent}; give 0 to {_MOST_PERCENT}: a version on trial "
                "answers no more requests than the live one",
                None
                if calls is None or calls >= FEWEST_CALLS_PER_MINUTE
                else f"caller_calls_per_minute is {calls}; give {FEWEST_CALLS_PER_MINUTE} or more, since a promotion's "
                "smoke test is a caller too, or leave it out for no limit",
            ],
        )

    @property
    def release_limit_s(self) -> int:
        """How long going to a version may take, and back to the one before if it cannot be served."""
        return 2 * (self.update_limit_s + self.wake_limit_s)


def online_store(catalog: str) -> str:
    """Name of an environment's online store; its use cases share it."""
    return f"{catalog.replace('_', '-')}-online"


def online_table(catalog: str, use_case: str, feature_table: str) -> str:
    """Full name of the table that a feature table is published to."""
    return f"{catalog}.{use_case}_features.{feature_table}_online"
