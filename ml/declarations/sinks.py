"""Destinations of predictions besides the Delta table `predictions`: a database, files, a topic.

Each gets the rows of that table, so a prediction that has a row there reaches every sink, and no other does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from ml.declarations.errors import require
from ml.declarations.sources import Login, Topic, wrong_secrets, wrong_topic

# The volume of a use case that files go to.
EXPORTS_VOLUME = "exports"
# What PostgreSQL takes without quotes: lower case, up to 63 bytes.
_POSTGRES_TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, kw_only=True)
class PostgresSink:
    """A table of a PostgreSQL database: one row per prediction, upserted by its event id.

    `table` is `schema.table`: the schema must be there, the table is made. Host, port, database, user and password
    stand in the secret scope of each environment under `<secrets>-<name>` for each name in `SECRETS`.
    `encrypted`: over TLS, with the server's certificate checked; False is for a server on the same machine.
    `entra`: the user is a client of Entra ID, whose tokens are its password; then the names are `ENTRA_SECRETS`.
    """

    SECRETS: ClassVar[tuple[str, ...]] = ("host", "port", "database", "user", "password")
    ENTRA_SECRETS: ClassVar[tuple[str, ...]] = (
        *("host", "port", "database", "user"),
        *("client-id", "client-secret", "token-endpoint", "token-scope"),
    )

    table: str
    secrets: str
    encrypted: bool = True
    entra: bool = False

    def __post_init__(self) -> None:
        require(
            f"PostgreSQL sink {self.table!r}",
            [
                None
                if _POSTGRES_TABLE.fullmatch(self.table)
                else f"table {self.table!r} is not schema.table in lower-case letters, digits and _: give both",
                wrong_secrets(self.secrets),
                "a token of Entra must not be sent in clear: leave encrypted=False out, or entra=True"
                if self.entra and not self.encrypted
                else None,
            ],
        )

    @property
    def name(self) -> str:
        """Its name among the model's sinks, also that of its checkpoint."""
        return f"postgres-{self.table}"

    @property
    def secret_keys(self) -> dict[str, str]:
        """The key of each secret, by its name in `SECRETS` or `ENTRA_SECRETS`."""
        return {name: f"{self.secrets}-{name}" for name in (self.ENTRA_SECRETS if self.entra else self.SECRETS)}


class FilesFormat(StrEnum):
    """How files are written: CSV with a header (RFC 4180, UTF-8, ISO 8601), or Parquet."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, kw_only=True)
class FilesSink:
    """Files in the volume `<usecase>_gold.exports`: parts and, once they are whole, a manifest per batch.

    A reader takes the parts that a manifest names, and no others.
    """

    format: FilesFormat

    @property
    def name(self) -> str:
        """Its name among the model's sinks, also that of its checkpoint and folder."""
        return f"files-{self.format}"

    @property
    def secret_keys(self) -> dict[str, str]:
        """None: the job's principal may write the volume."""
        return {}


@dataclass(frozen=True, kw_only=True)
class KafkaSink:
    """A Kafka topic, or an event hub: one JSON object per prediction, at least once.

    Its event id is the message's key and its header `event_id`; a message that is sent again has the same value.
    Secrets are those of a `Topic` with this `login`.
    """

    topic: str
    secrets: str
    login: Login

    def __post_init__(self) -> None:
        require(f"Kafka sink {self.topic!r}", [wrong_topic(self.topic), wrong_secrets(self.secrets)])

    @property
    def name(self) -> str:
        """Its name among the model's sinks, also that of its checkpoint."""
        return f"kafka-{self.topic}"

    @property
    def secret_keys(self) -> dict[str, str]:
        """The key of each secret that the login needs, by its name in `Topic.SECRETS`."""
        return {name: f"{self.secrets}-{name}" for name in Topic.SECRETS[self.login]}


SinkDeclaration = PostgresSink | FilesSink | KafkaSink


def wrong_sinks(sinks: Sequence[SinkDeclaration]) -> Iterator[str]:
    """Problems of the sinks of one model together."""
    names = [sink.name for sink in sinks]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        yield f"sinks {repeated} are declared more than once, and each would get every prediction twice: keep one"
