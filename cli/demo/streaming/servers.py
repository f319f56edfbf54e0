"""The story's broker and database, on loopback, and the secrets with which jobs connect to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.cloud import workspace
from cli.errors import CommandError
from cli.output import progress
from localcloud.beside.kafka import Broker
from localcloud.beside.postgres import Postgres, lacking
from localcloud.spark.jars import BROKER_JARS, KAFKA_JARS
from localcloud.spark.toolchain import ToolchainError, jars_of
from ml.declarations import KafkaSink, Model, PostgresSink


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Both servers, running."""

    broker: Broker
    database: Postgres


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Start both; they stop at the end of the block."""
    broker, database = Broker(folder / "broker"), Postgres()
    try:
        database.start()
        broker.start()
        progress.print(f"PostgreSQL at 127.0.0.1:{database.port}, Kafka at {broker.address}", markup=False)
        yield Servers(broker=broker, database=database)
    finally:
        broker.stop()
        database.remove()


def require_programs() -> None:
    """Download both programs. Call it before Spark starts, which loads the jars present then. Raises CommandError."""
    why = lacking()
    if why:
        raise CommandError(f"the database of this story {why}")
    try:
        jars_of((*KAFKA_JARS, *BROKER_JARS))
    except ToolchainError as error:
        raise CommandError(f"the broker of this story is not available: {error}") from error


def keep_secrets(env: str, model: Model, running: Servers) -> None:
    """Store the secrets for the sinks of `model` in the secret scope of `env`."""
    values = {"bootstrap-servers": running.broker.address, **running.database.secrets}
    client = workspace(env)
    for sink in model.sinks:
        for name, key in sink.secret_keys.items():
            client.secrets.put_secret(env, key, string_value=values[name])


def sinks_of(model: Model) -> tuple[PostgresSink, KafkaSink]:
    """The table and the topic that the story's declaration names."""
    [table] = [sink for sink in model.sinks if isinstance(sink, PostgresSink)]
    [topic] = [sink for sink in model.sinks if isinstance(sink, KafkaSink)]
    return table, topic
