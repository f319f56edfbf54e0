"""A gate's output: the alias of the judged version, and a row of `gate_results` per run, version and gate."""

import json
from datetime import UTC, datetime

from mlflow.exceptions import MlflowException

from ml import runtime
from ml.gates.verdict import Verdict
from ml.principal import principal
from ml.records.appending import append_record
from ml.records.gate_results import GATE_RESULTS
from ml.versions.aliases import CHALLENGER, CHAMPION
from ml.versions.version_task import Subject, aliases


def announce(subject: Subject) -> None:
    """Point `@challenger` at the version, unless it is live already. Each judging gate does this; once is enough."""
    pointed = aliases(subject.client, subject.name)
    if subject.version not in (pointed.get(CHAMPION), pointed.get(CHALLENGER)):
        try:
            subject.client.set_registered_model_alias(subject.name, CHALLENGER, str(subject.version))
        except MlflowException:
            # Another gate may set the alias at the same moment, which MLflow's own server answers with an error.
            if subject.alias(CHALLENGER) != subject.version:
                raise


def record(subject: Subject, verdict: Verdict) -> None:
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
    append_record(subject.tables, GATE_RESULTS, f"{subject.ops_schema}.{GATE_RESULTS.name}", [row])
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
