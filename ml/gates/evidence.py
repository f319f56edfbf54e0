"""What a gate is given, and the record it leaves: one row of `gate_results` per run, version and gate."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from ml import parameters, runtime
from ml.aliases import CHALLENGER, CHAMPION
from ml.declarations import Layer, Model
from ml.gates.records import append_record
from ml.gates.verdict import Verdict
from ml.parameters import Common
from ml.principal import principal
from ml.tables import Tables, door, frame_of
from ml.tables.system import GATE_RESULTS
from ml.versions import artifact
from ml.versions.listing import READY


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A model version before a gate. `source_catalog` is None for a gate that reads no data."""

    common: Common
    version: int
    source_catalog: str | None
    tables: Tables
    client: mlflow.MlflowClient

    @property
    def model(self) -> Model:
        """The declared model."""
        return self.common.use_case.model

    @property
    def name(self) -> str:
        """Full name of the registered model."""
        return self.model.full_name(self.common.catalog, self.common.use_case.name)

    @property
    def ops_schema(self) -> str:
        """Where the records lie."""
        return self.common.schema(Layer.OPS)

    def registered(self) -> ModelVersion:
        """The version with its tags. Raises MlflowException where there is none."""
        return self.client.get_model_version(self.name, str(self.version))

    def alias(self, alias: str) -> int | None:
        """The version that `alias` names, or None."""
        return aliases(self.client, self.name).get(alias)


def aliases(client: mlflow.MlflowClient, name: str) -> dict[str, int]:
    """The versions that the aliases of model `name` point to."""
    model = client.get_registered_model(name)
    return {alias: int(version) for alias, version in model.aliases.items()}


def version_number(text: str) -> int:
    """A version given as a parameter."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a model version: give its number, 1 or more")
    return int(text)


def judged(task: str, arguments: Sequence[str] | None, *, reads_data: bool) -> Judged:
    """What the gate's task is given. Unknown or missing flags print an error and exit 2."""
    flags = parameters.parser(task)
    flags.add_argument("--version", required=True, type=version_number)
    if reads_data:
        flags.add_argument("--source-catalog", required=True, type=parameters.name)
    parsed = flags.parse_args(arguments)
    return opened(parameters.common(parsed), parsed.version, parsed.source_catalog if reads_data else None)


def opened(common: Common, version: int, source_catalog: str | None = None) -> Judged:
    """A version with the door and the registry of this task."""
    return Judged(
        common=common,
        version=version,
        source_catalog=source_catalog,
        tables=door(),
        client=mlflow.MlflowClient(),
    )


def announce(subject: Judged) -> None:
    """Point `@challenger` at the version, unless it is live already. Each judging gate does so; once is enough."""
    pointed = aliases(subject.client, subject.name)
    if subject.version not in (pointed.get(CHAMPION), pointed.get(CHALLENGER)):
        try:
            subject.client.set_registered_model_alias(subject.name, CHALLENGER, str(subject.version))
        except MlflowException:
            # Another gate may have said so at the same moment, which MLflow's own server answers with an error.
            if subject.alias(CHALLENGER) != subject.version:
                raise


def fetch(subject: Judged, version: int, into: Path) -> Path:
    """The artifact of `version`, copied under `into`."""
    target = into / str(version)
    target.mkdir()
    return artifact.fetch(f"models:/{subject.name}/{version}", target)


def missing_version(subject: Judged) -> str | None:
    """Why the version cannot be judged, or None where it exists and is ready."""
    try:
        found = subject.registered()
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return f"{subject.name} has no version {subject.version}"
    said = f"{subject.name} version {subject.version} is {found.status}, not {READY}"
    return None if found.status == READY else said


def record(subject: Judged, verdict: Verdict) -> None:
    """Append the verdict to `gate_results` and print it. A verdict already recorded in this run stays."""
    row = {
        "run_id": subject.common.run_id,
        "model": subject.name,
        "version": subject.version,
        "gate": verdict.gate,
        "verdict": str(verdict.decision),
        "reason": verdict.reason,
        "inputs": json.dumps(verdict.inputs, default=str, sort_keys=True),
        "thresholds": json.dumps(verdict.thresholds, default=str, sort_keys=True),
        "decided_at": datetime.now(UTC),
        "decided_by": principal(subject.tables.spark),
    }
    frame = frame_of(subject.tables.spark, GATE_RESULTS, [row])
    append_record(subject.tables, GATE_RESULTS, f"{subject.ops_schema}.{GATE_RESULTS.name}", frame)
    runtime.report(
        task=f"gates_{verdict.gate}",
        rows_in=1,
        rows_kept=1,
        rows_quarantined=0,
        model=subject.name,
        version=subject.version,
        verdict=str(verdict.decision),
        reason=verdict.reason,
    )
