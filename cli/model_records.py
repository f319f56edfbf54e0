"""The records of a model: its versions with their measures, verdicts and alias moves."""

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.cloud import workspace
from cli.errors import CommandError
from cli.history import Version, story
from cli.models import NamedModel
from cli.output import Row
from cli.registry import registry
from cli.warehouse import query
from ml.versions import listing
from ml.versions.training_run import DECISIONS, HOLDOUT


def history_rows(model: NamedModel) -> list[Row]:
    """One row per version of the model, newest first. Raises CommandError if it is not deployed."""
    return list(story(versions(model), gate_rows(model), move_rows(model), comment_rows(model)))


def gate_rows(model: NamedModel) -> list[Row]:
    """Every recorded verdict on a version of the model, oldest first."""
    columns = "run_id, version, gate, verdict, reason, inputs, thresholds"
    return records(model, "gate_results", f"{columns}, decided_at", order="decided_at")


def move_rows(model: NamedModel) -> list[Row]:
    """Every recorded move of an alias of the model, oldest first."""
    columns = "alias, from_version, to_version, cause, reason, promoted_by, promoted_at"
    return records(model, "promotions", columns, order="promoted_at")


def comment_rows(model: NamedModel) -> list[Row]:
    """Every comment on a version of the model, oldest first."""
    return records(model, "comments", "version, commented_at, commented_by, comment", order="commented_at")


def about(model: NamedModel) -> str:
    """The SQL condition that selects the model's rows in a table of records."""
    return f"model = '{model.full_name}'"


def records(model: NamedModel, table: str, columns: str, *, order: str) -> list[Row]:
    """The model's rows of a table of records, in `order`; none before a job has created the table."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    name = model.ops(table)
    try:
        workspace(model.env).tables.get(name)
    except NotFound:
        return []
    return query(model.env, f"select {columns} from {name} where {about(model)} order by {order}")


def new_parts(model: NamedModel, version: int) -> list[str]:
    """The parts that are new in a version, by the decisions in its run; parts with most rows behind them first.

    Raises CommandError if there is none.
    """
    with registry(model.env) as client, TemporaryDirectory() as temporary:
        run_id = str(client.get_model_version(model.full_name, str(version)).run_id)
        told = json.loads(Path(client.download_artifacts(run_id, DECISIONS, temporary)).read_text())
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["data"]]
    name = told["columns"][0]
    new = [row for row in rows if row[name] and not row["kept_from"]]
    if not new:
        raise CommandError(f"version {version} of {model.full_name} has no new part")
    return [str(row[name]) for row in sorted(new, key=lambda row: (-int(row["rows"]), str(row[name])))]


def versions(model: NamedModel) -> list[Version]:
    """Every registered version with its tags and aliases. Raises CommandError if the model cannot be read."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes seconds

    try:
        with registry(model.env) as client:
            pointed = client.get_registered_model(model.full_name).aliases
            # A search in Unity Catalog omits the tags.
            numbers = [version.version for version in listing.versions(client, model.full_name)]
            found = [client.get_model_version(model.full_name, number) for number in numbers]
    except MlflowException as error:
        raise CommandError(f"model {model.full_name} cannot be read: {error}") from error
    return [
        Version(
            number=int(version.version),
            created=datetime.fromtimestamp(version.creation_timestamp / 1000, UTC).isoformat(timespec="seconds"),
            tags=version.tags,
            aliases=tuple(sorted(alias for alias, number in pointed.items() if int(number) == int(version.version))),
        )
        for version in found
    ]


def measures(model: NamedModel) -> list[Row]:
    """One row per version, oldest first: the measures of its training on the hold-out, by name."""
    with registry(model.env) as client:
        found = sorted(listing.versions(client, model.full_name), key=lambda each: int(each.version))
        runs = {int(version.version): client.get_run(version.run_id or "") for version in found}
    return [
        {"env": model.env, "version": number}
        | {name.removeprefix(HOLDOUT): value for name, value in run.data.metrics.items() if name.startswith(HOLDOUT)}
        for number, run in runs.items()
    ]
