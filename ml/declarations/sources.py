"""Sources other than files: another team's table, and a topic of Kafka or Event Hubs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from ml.declarations.errors import require
from ml.declarations.formats import PeriodFrom, Spelling

_SECRETS = re.compile(r"[A-Za-z0-9-]{1,100}")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_NAME = re.compile(r"([A-Za-z_]\w*\.){1,2}[A-Za-z_]\w*")


class ComparedBy(StrEnum):
    """How new rows of a table are distinguished from those read before.

    CHANGE_FEED: Delta's change data feed, which the table's owner has to switch on; the cost follows what is new.
    VERSIONS: two versions of the table are compared whole; the cost follows what the table holds.
    """

    CHANGE_FEED = "change_feed"
    VERSIONS = "versions"


class OnChange(StrEnum):
    """What happens if rows that were read before are changed or deleted in their table.

    REFUSE: nothing new is read, and the task fails until the declaration says otherwise. SKIP: a version that changes
    or deletes rows is passed over, with what it adds. TAKE: a row as it became is a new record, which the feed's
    `on_repeat` weighs; a deleted row stays.
    """

    REFUSE = "refuse"
    SKIP = "skip"
    TAKE = "take"


@dataclass(frozen=True, kw_only=True)
class OtherTable:
    """Rows that are new in a Delta table of another team: `schema.table` of the environment's catalog, or with its own.

    Its columns are read by the raw names of the feed's columns; further ones are left alone. Every value becomes text
    in bronze, dates and times in ISO 8601. The ingest job's principal needs the right to read the table.
    """

    name: str
    compared_by: ComparedBy = ComparedBy.CHANGE_FEED
    on_change: OnChange = OnChange.REFUSE

    def __post_init__(self) -> None:
        blind = self.compared_by is ComparedBy.VERSIONS and self.on_change is OnChange.SKIP
        require(
            f"source table {self.name!r}",
            [
                None
                if _NAME.fullmatch(self.name)
                else f"name {self.name!r} is not schema.table or catalog.schema.table",
                "two versions do not say which one changed a row: use on_change REFUSE or TAKE, or the change feed"
                if blind
                else None,
            ],
        )

    @property
    def spelling(self) -> Spelling:
        """How its values are written as text."""
        return Spelling()

    @property
    def period_from(self) -> PeriodFrom:
        """A table has no file names."""
        return PeriodFrom.COLUMN

    def columns_problem(self, raw_columns: Sequence[str]) -> str | None:  # noqa: ARG002 - only the table itself can tell
        """Why rows of this source cannot bring `raw_columns`, or None."""
        return None

    def full_name(self, catalog: str) -> str:
        """The table's name in the environment whose catalog is `catalog`."""
        return self.name if self.name.count(".") == 2 else f"{catalog}.{self.name}"


def wrong_topic(name: str) -> str | None:
    """Why a topic cannot have the name, or None."""
    return None if _TOPIC.fullmatch(name) else f"name {name!r} is not up to 249 letters, digits and any of . _ -"


def wrong_secrets(prefix: str) -> str | None:
    """Why keys of secrets cannot begin with `prefix`, or None."""
    return (
        None
        if _SECRETS.fullmatch(prefix)
        else f"secrets {prefix!r} is not up to 100 letters, digits and -, as a key vault names secrets"
    )


class Login(StrEnum):
    """How a job signs in to the brokers; `Topic.SECRETS` lists the secrets that each needs.

    NONE: not at all, and nothing is encrypted: for a broker on the same machine. CONNECTION_STRING: an Event Hubs
    connection string over TLS. SASL_PLAIN: a user and a password over TLS. OAUTH: a client of Entra ID (or of another
    token endpoint) over TLS.
    """

    NONE = "none"
    CONNECTION_STRING = "connection_string"
    SASL_PLAIN = "sasl_plain"
    OAUTH = "oauth"


class Beginning(StrEnum):
    """Where the first run starts to read: at the oldest retained message, or at future ones."""

    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Messages of a Kafka topic, or of an event hub, which speaks the same protocol: one JSON object each.

    Where the brokers are and what logs in to them stands in the secret scope of each environment, a key vault, under
    `<secrets>-<name>` for each name in `SECRETS`; a declaration holds neither. A message whose value is no such object
    goes to quarantine.
    """

    SECRETS: ClassVar[dict[Login, tuple[str, ...]]] = {
        Login.NONE: ("bootstrap-servers",),
        Login.CONNECTION_STRING: ("bootstrap-servers", "connection-string"),
        Login.SASL_PLAIN: ("bootstrap-servers", "user", "password"),
        Login.OAUTH: ("bootstrap-servers", "client-id", "client-secret", "token-endpoint", "token-scope"),
    }

    name: str
    secrets: str
    login: Login
    beginning: Beginning = Beginning.EARLIEST
    max_messages_per_batch: int | None = None
    spelling: Spelling = field(default_factory=Spelling)

    def __post_init__(self) -> None:
        most = self.max_messages_per_batch
        require(
            f"topic {self.name!r}",
            [
                wrong_topic(self.name),
                wrong_secrets(self.secrets),
                f"max_messages_per_batch is {most}: give 1 or more" if most is not None and most < 1 else None,
            ],
        )

    @property
    def secret_keys(self) -> dict[str, str]:
        """The key of each secret that the login needs, by its name in `SECRETS`."""
        return {name: f"{self.secrets}-{name}" for name in self.SECRETS[self.login]}

    @property
    def period_from(self) -> PeriodFrom:
        """A message has no file name."""
        return PeriodFrom.COLUMN

    def columns_problem(self, raw_columns: Sequence[str]) -> str | None:  # noqa: ARG002 - a message may have any names
        """Why messages of this source cannot bring `raw_columns`, or None."""
        return None
