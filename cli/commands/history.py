"""`mlops history`."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cli.cloud import workspace
from cli.commands.sql import query
from cli.errors import CommandError
from cli.history import Version, story
from cli.models import NamedModel, named_model
from cli.output import Row, format_option, show

if TYPE_CHECKING:
    from mlflow import MlflowClient

# Prefix of the measures on the hold-out in MLflow.
HOLDOUT = "holdout_"


def history_rows(model: NamedModel) -> list[Row]:
    """One row per version of the model, newest first. Raises CommandError where it is not deployed."""
    return list(story(versions(model), gate_rows(model), move_rows(model)))


def gate_rows(model: NamedModel) -> list[Row]:
    """Every recorded verdict on a version of the model, oldest first."""
    columns = "run_id, version, gate, verdict, reason, inputs, thresholds"
    return records(model, "gate_results", f"{columns}, decided_at", order="decided_at", where=_about(model))


def move_rows(model: NamedModel) -> list[Row]:
    """Every recorded move of an alias of the model, oldest first."""
    columns = "alias, from_version, to_version, cause, reason, promoted_by, promoted_at"
    return records(model, "promotions", columns, order="promoted_at", where=_about(model))


def _about(model: NamedModel) -> str:
    return f"model = '{model.full_name}'"


def records(model: NamedModel, table: str, columns: str, *, order: str, where: str = "true") -> list[Row]:
    """Rows of a table that the model's jobs keep, in `order`; none before the first job made the table."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    name = model.ops(table)
    try:
        workspace(model.env).tables.get(name)
    except NotFound:
        return []
    return query(model.env, f"select {columns} from {name} where {where} order by {order}")


def versions(model: NamedModel) -> list[Version]:
    """Every registered version with its tags and aliases. Raises CommandError where the model cannot be read."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes seconds

    client = _registry(model.env)
    try:
        pointed = client.get_registered_model(model.full_name).aliases
        found = client.search_model_versions(f"name='{model.full_name}'", max_results=1000)
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
    """One row per version, oldest first: what its training measured on its hold-out, by the measure's name."""
    client = _registry(model.env)
    found = client.search_model_versions(f"name='{model.full_name}'", max_results=1000)
    return [
        {"env": model.env, "version": int(version.version)}
        | {
            name.removeprefix(HOLDOUT): value
            for name, value in client.get_run(version.run_id or "").data.metrics.items()
            if name.startswith(HOLDOUT)
        }
        for version in sorted(found, key=lambda each: int(each.version))
    ]


def _registry(env: str) -> "MlflowClient":
    """MLflow's client of the workspace `env`."""
    from mlflow import MlflowClient  # noqa: PLC0415 - takes seconds

    config = workspace(env).config
    # MLflow takes its token from the environment only.
    os.environ["MLFLOW_TRACKING_TOKEN"] = config.token or ""
    return MlflowClient(tracking_uri=config.host, registry_uri=config.host)


@click.command()
@click.argument("model")
@click.option("--env", help="Environment [prod, or that of the full name].")
@format_option
def history(model: str, env: str | None, form: str) -> None:
    """Tell every version of MODEL (a use case, or a model's full name): data, verdicts, signer, when live, why not."""
    found = named_model(model, env)
    show(history_rows(found), form=form, title=f"{found.full_name}: every version, newest first")
