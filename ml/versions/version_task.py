"""The model version that a task judges, releases or rolls back, with the task's table door and registry."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from ml import parameters
from ml.declarations import Layer, Model
from ml.parameters import Common
from ml.tables import Tables, door
from ml.versions import artifact
from ml.versions.listing import READY

# It finds versions and creates none.
RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model version before a gate. `source_catalog` is None for a gate that reads no data."""

    common: Common
    version: int
    source_catalog: str | None
    tables: Tables
    client: mlflow.MlflowClient

    @property
    def model(self) -> Model:
        """The declared model."""
        return self.common.model

    @property
    def name(self) -> str:
        """Full name of the registered model."""
        return self.common.model_name

    @property
    def ops_schema(self) -> str:
        """The schema of the records."""
        return self.common.schema(Layer.OPS)

    def registered(self) -> ModelVersion:
        """The version with its tags. Raises MlflowException if there is none."""
        return self.client.get_model_version(self.name, str(self.version))

    def alias(self, alias: str) -> int | None:
        """The version that `alias` points to, or None."""
        return aliases(self.client, self.name).get(alias)


def aliases(client: mlflow.MlflowClient, name: str) -> dict[str, int]:
    """The aliases of model `name` with their versions."""
    model = client.get_registered_model(name)
    return {alias: int(version) for alias, version in model.aliases.items()}


def version_number(text: str) -> int:
    """A model version given as a parameter."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a model version: give its number, 1 or more")
    return int(text)


def of_version(task: str) -> argparse.ArgumentParser:
    """A parser for tasks that work on one version of a model."""
    flags = parameters.of_model(task)
    flags.add_argument("--version", required=True, type=version_number)
    return flags


def judged(task: str, arguments: Sequence[str] | None, *, reads_data: bool) -> Subject:
    """The parameters of a gate's task. Unknown or missing flags print an error and exit 2."""
    flags = of_version(task)
    if reads_data:
        flags.add_argument("--source-catalog", required=True, type=parameters.name)
    parsed = flags.parse_args(arguments)
    return opened(parameters.common(parsed), parsed.version, parsed.source_catalog if reads_data else None)


def opened(common: Common, version: int, source_catalog: str | None = None) -> Subject:
    """A version with the task's table door and registry."""
    return Subject(
        common=common,
        version=version,
        source_catalog=source_catalog,
        tables=door(),
        client=mlflow.MlflowClient(),
    )


def fetch(subject: Subject, version: int, into: Path) -> Path:
    """The artifact of `version`, copied under `into`."""
    target = into / str(version)
    target.mkdir()
    return artifact.fetch(f"models:/{subject.name}/{version}", target)


def missing_version(subject: Subject) -> str | None:
    """Why the version cannot be judged, or None if it exists and is ready."""
    try:
        found = subject.registered()
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return f"{subject.name} has no version {subject.version}"
    said = f"{subject.name} version {subject.version} is {found.status}, not {READY}"
    return None if found.status == READY else said
