"""The card of a version: read the records, and store the card with the version's MLflow run."""

import json
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from ml.gates.card.document import Picture
from ml.gates.card.facts import CardFacts, TableRead, TrainingFacts
from ml.gates.card.markdown import markdown
from ml.gates.card.page import page
from ml.gates.card.writing import document
from ml.records.comments import comments_on
from ml.records.gate_results import verdicts
from ml.versions import training_run, version_task
from ml.versions.version_task import Subject

# Pictures are embedded in the page, and a phone has to load it.
_MAX_PICTURE_BYTES = 500_000


def keep(subject: Subject) -> str:
    """Write the card, replacing that of an earlier run. Returns its location; empty if no run made the version."""
    if version_task.missing_version(subject):
        return ""
    version = subject.registered()
    if not (run_id := version.run_id):
        return ""
    written = document(facts(subject, version))
    subject.client.log_text(run_id, markdown(written), training_run.CARD_MARKDOWN)
    subject.client.log_text(run_id, page(written), training_run.CARD_HTML)
    place = f"runs:/{run_id}/{training_run.CARD_HTML}"
    subject.client.set_model_version_tag(subject.name, str(subject.version), training_run.CARD_TAG, place)
    return place


def facts(subject: Subject, version: ModelVersion) -> CardFacts:
    """The records of `version`: its tags, the run that made it, and the verdicts of the gates in this run."""
    return CardFacts(
        about=subject.common.use_case.comment,
        model=subject.model,
        name=subject.name,
        version=subject.version,
        tags=version.tags,
        training=_training(subject.client, str(version.run_id)),
        verdicts=verdicts(subject),
        comments=comments_on(subject.tables, subject.ops_schema, subject.name, subject.version),
    )


def _training(client: MlflowClient, run_id: str) -> TrainingFacts:
    run = client.get_run(run_id)
    kept = {each.path: each.file_size or 0 for each in client.list_artifacts(run_id)}
    small = [name for name, size in kept.items() if name.endswith(".png") and size <= _MAX_PICTURE_BYTES]
    return TrainingFacts(
        run_id=run_id,
        params=run.data.params,
        metrics=run.data.metrics,
        tables=[_table(each) for each in (run.inputs.dataset_inputs if run.inputs else ())],
        environment=_object(client, run_id, training_run.ENVIRONMENT, kept),
        importance=dict(_object(client, run_id, training_run.IMPORTANCE, kept).get("data", [])),
        pictures=[Picture(file=name, png=_read(client, run_id, name)) for name in sorted(small)],
    )


def _table(given: Any) -> TableRead:
    """A data set of the run, as `ml.training.run_inputs` logs it."""
    context = next((tag.value for tag in given.tags if tag.key == "mlflow.data.context"), "")
    table, _, version = given.dataset.name.rpartition("@")
    schema = json.loads(given.dataset.schema or "{}").get("mlflow_colspec", [])
    columns = tuple(column["name"] for column in schema)
    return TableRead(context=context, table=table, version=version, columns=columns)


def _object(client: MlflowClient, run_id: str, name: str, kept: Collection[str]) -> dict[str, Any]:
    """A JSON artifact; empty if the run has none."""
    return dict(json.loads(_read(client, run_id, name))) if name in kept else {}


def _read(client: MlflowClient, run_id: str, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as temporary:
        return Path(client.download_artifacts(run_id, name, temporary)).read_bytes()
