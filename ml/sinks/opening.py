"""The declared sinks of a model, opened with secrets that the task's principal may read."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ml import runtime
from ml.declarations import FilesSink, KafkaSink, PostgresSink, SinkDeclaration
from ml.parameters import Common
from ml.records.predictions import predictions
from ml.secret_scope import read_secret
from ml.sinks import files, kafka
from ml.sinks.sink import Sink
from ml.streams import kafka_options
from ml.tables import Tables


def declared_sinks(tables: Tables, task: Common, secret_scope: str | None) -> dict[str, Callable[[], Sink]]:
    """By name, a function that opens each sink of the task's model."""
    return {sink.name: partial(opened, tables, task, sink, secret_scope) for sink in task.model.sinks}


def opened(tables: Tables, task: Common, declared: SinkDeclaration, secret_scope: str | None) -> Sink:
    """The sink. Raises `NotFound` and `PermissionDenied` for a secret or a volume that the principal may not use."""
    table, secrets = predictions(task.use_case), _secrets(declared, secret_scope)
    match declared:
        case FilesSink():
            volume = Path(tables.volume_path(f"{task.catalog}.{task.use_case.exports_volume}", write=True))
            folder = volume / declared.name / task.use_case.label(task.model)
            return files.FilesSink(table, folder, declared.format)
        case KafkaSink():
            reached = kafka_options.connection(declared.login, secrets, shaded=runtime.on_databricks())
            return kafka.KafkaSink(table, declared.topic, reached)
        case PostgresSink():
            from ml.sinks import postgres  # noqa: PLC0415 - only this sink needs the driver

            return postgres.PostgresSink(table, declared.table, secrets, encrypted=declared.encrypted)


def _secrets(declared: SinkDeclaration, secret_scope: str | None) -> dict[str, str]:
    if declared.secret_keys and not secret_scope:
        raise ValueError(f"sink {declared.name!r} has secrets: give --secret-scope, the scope that holds them")
    return {name: read_secret(str(secret_scope), key) for name, key in declared.secret_keys.items()}
