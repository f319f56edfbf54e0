"""Task `new_version` of job `<usecase>-new-version`: which new versions still need their gates?

A model-update trigger starts the job for every new version, and so does Unity Catalog for the model's deployment job.
The task skips a version that another run is judging or that has verdicts already. So a version's gates run once,
whatever starts the job and however often. A person can always run the promotion job again.
"""

import argparse
import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied

from ml import parameters, runtime
from ml.declarations import Layer
from ml.records.gate_results import judged_versions
from ml.records.registry_events import Update, updates
from ml.tables import door
from ml.versions.version_task import version_number

if TYPE_CHECKING:
    from mlflow import MlflowClient


def main(arguments: Sequence[str] | None = None) -> None:
    """Pass the waiting versions to the task that judges them; run by job `<usecase>-new-version`."""
    import mlflow  # noqa: PLC0415 - seconds, and flags that are wrong are known before

    parsed = flags().parse_args(arguments)
    common = parameters.common(parsed)
    client = mlflow.MlflowClient()
    link(client, common.model_name, parsed.job_id)
    told = new_versions(common.model_name, parsed.updates, parsed.model_version)
    had = judged_versions(door(), common.schema(Layer.OPS), common.model_name)
    workspace = WorkspaceClient()
    training = {version: _training_run(client, common.model_name, version) for version in told}
    busy = {version for version, run_id in training.items() if run_id and goes_on(workspace, run_id)}
    waiting = to_judge(told, had, busy)
    runtime.set_task_value("versions", json.dumps([str(version) for version in waiting]))
    runtime.report(
        task="new_version",
        rows_in=len(told),
        rows_kept=len(told),
        rows_quarantined=0,
        model=common.model_name,
        waiting=waiting,
        judged_already=sorted(had & set(told)),
        judged_by_their_training=sorted(busy - had),
    )


def flags() -> argparse.ArgumentParser:
    """The parser of the task. The trigger passes no version, and Unity Catalog passes no updates."""
    taken = parameters.of_model("new_version")
    taken.add_argument("--updates", default=(), type=updates, help="the trigger's list of new versions")
    taken.add_argument("--model-version", type=_version, help="the new version, from Unity Catalog; empty: none")
    taken.add_argument("--job-id", required=True)
    return taken


def _version(text: str) -> int | None:
    return version_number(text) if text else None


def link(client: "MlflowClient", model: str, job_id: str) -> None:
    """Make this job the model's deployment job, so that the model's page shows its runs. Only the owner may do this."""
    if client.get_registered_model(model).deployment_job_id != job_id:
        client.update_registered_model(model, deployment_job_id=job_id)


def new_versions(model: str, found: Sequence[Update], named: int | None) -> tuple[int, ...]:
    """The versions of `model` that are new, oldest first. Pure."""
    told = {update.version for update in found if update.model == model}
    return tuple(sorted(told | ({named} if named else set())))


def to_judge(told: Sequence[int], had: Collection[int], busy: Collection[int]) -> tuple[int, ...]:
    """Those of `told` without a verdict (`had`) and without a running training that starts their gates. Pure."""
    return tuple(version for version in told if version not in had and version not in busy)


def goes_on(workspace: WorkspaceClient, run_id: int) -> bool:
    """Whether the run is still running in this workspace: a training run starts the gates of its version itself.

    A run that ended, was deleted or belongs to another workspace starts nothing any more.
    """
    try:
        run = workspace.jobs.get_run(run_id)
    except (NotFound, PermissionDenied):
        return False
    return not run.end_time


def _training_run(client: "MlflowClient", model: str, version: int) -> int | None:
    said = client.get_model_version(model, str(version)).tags.get("job_run_id", "")
    return int(said) if said.isdecimal() else None
