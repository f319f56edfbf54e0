"""Online serving: the endpoint that serves the live version, and the features that it looks up."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.experiments import Experiment

# A promotion's smoke test asks seven times, and a roll-back may follow within the minute: fewer would fail both.
FEWEST_CALLS_PER_MINUTE = 20
_MOST_PERCENT = 50
_ENDPOINT = re.compile(r"[a-z][a-z0-9-]{0,62}")
_NAMED = "its name must be lower-case letters, digits and dashes, up to 63"


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
        scale_to_zero: whether it stops when idle; the first call after that waits for minutes.
        max_latency_ms: the smoke test after a promotion refuses a version that answers slower than this.
        update_limit_s: how long one change of version may take. Databricks builds a container first, for minutes.
        wake_limit_s: how long the first request after a sleep may take.
        challenger_percent: how many of a hundred requests a version answers while it waits for a person's sign-off,
            or for the end of its experiment.
        caller_calls_per_minute: how many requests a minute each user or service principal may make, further ones get
            429; None: no limit.
        experiment: how a version on trial is compared with the live one; None: a person looks.
        shadow: whether the challenger answers, in a job, what the endpoint was asked; both answers are kept.
        requests_cron: when a job looks at what it was asked, for experiment and shadow; in the time zone of the jobs.
    """

    endpoint: str
    workload_size: WorkloadSize = WorkloadSize.SMALL
    scale_to_zero: bool = True
    max_latency_ms: float = 1000.0
    update_limit_s: int = 2400
    wake_limit_s: int = 600
    challenger_percent: int = 0
    caller_calls_per_minute: int | None = None
    experiment: Experiment | None = None
    shadow: bool = False
    requests_cron: str = "0 15 * * * ?"

    def __post_init__(self) -> None:
        named = _ENDPOINT.fullmatch(self.endpoint)
        calls = self.caller_calls_per_minute
        require(
            f"serving endpoint {self.endpoint!r}",
            [
                None if named else f"{_NAMED}: rename it",
                None if self.max_latency_ms > 0 else f"max_latency_ms is {self.max_latency_ms}; give one above 0",
                None if self.update_limit_s > 0 else f"update_limit_s is {self.update_limit_s}; give one above 0",
                None if self.wake_limit_s > 0 else f"wake_limit_s is {self.wake_limit_s}; give one above 0",
                None
                if 0 <= self.challenger_percent <= _MOST_PERCENT
                else f"challenger_percent is {self.challenger_percent}; give 0 to {_MOST_PERCENT}: a version on trial "
                "answers no more requests than the live one",
                "it has an experiment and challenger_percent is 0: give the share of requests that a challenger answers"
                if self.experiment and not self.challenger_percent
                else None,
                None
                if calls is None or calls >= FEWEST_CALLS_PER_MINUTE
                else f"caller_calls_per_minute is {calls}; give {FEWEST_CALLS_PER_MINUTE} or more, since a promotion's "
                "smoke test is a caller too, or leave it out for no limit",
            ],
        )

    @property
    def looks_at_requests(self) -> bool:
        """Whether a job reads the endpoint's recorded requests."""
        return self.shadow or self.experiment is not None

    @property
    def release_limit_s(self) -> int:
        """Time limit for switching to a version, and back to the earlier one if it cannot be served."""
        return 2 * (self.update_limit_s + self.wake_limit_s)


@dataclass(frozen=True, kw_only=True)
class FeatureServing:
    """An endpoint without a model: queried by key, it returns the newest published features.

    Attributes:
        endpoint: its name, the same in every environment's workspace.
        table: the name of a feature table of the use case.
        features: which of its features are answered, in this order. None of them may be sensitive.
        scale_to_zero: whether it stops when idle.
    """

    endpoint: str
    table: str
    features: tuple[str, ...]
    workload_size: WorkloadSize = WorkloadSize.SMALL
    scale_to_zero: bool = True

    def __post_init__(self) -> None:
        repeated = sorted({name for name in self.features if self.features.count(name) > 1})
        require(
            f"feature endpoint {self.endpoint!r}",
            [
                None if _ENDPOINT.fullmatch(self.endpoint) else f"{_NAMED}: rename it",
                None if self.features else "it answers no features: name some",
                f"features {repeated} are named twice: remove one" if repeated else None,
            ],
        )

    def full_name(self, catalog: str, use_case: str) -> str:
        """Full name of the specification that it serves; another one for other features, since one never changes."""
        said = "\n".join((self.table, *self.features))
        digest = hashlib.sha256(said.encode()).hexdigest()[:8]
        return f"{catalog}.{use_case}_features.{self.endpoint.replace('-', '_')}_{digest}"


def online_store(catalog: str) -> str:
    """Name of an environment's online store; its use cases share it."""
    return f"{catalog.replace('_', '-')}-online"


def online_table(catalog: str, use_case: str, feature_table: str) -> str:
    """Full name of the table that a feature table is published to."""
    return f"{catalog}.{use_case}_features.{feature_table}_online"


def inference_table(catalog: str, use_case: str, endpoint: str) -> str:
    """Full name of the table that records an endpoint's requests."""
    return f"{catalog}.{use_case}_inference.{endpoint.replace('-', '_')}_payload"
