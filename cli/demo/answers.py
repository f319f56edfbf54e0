"""Compares the endpoint's answer for a client with batch scoring's row for the same client."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cli.cloud import workspace
from cli.errors import CommandError
from cli.models import NamedModel
from cli.warehouse import query
from ml.declarations import Column

_SERVED_VERSION = "served-entity-version"


# An answer by output column: numbers as numbers, and text as it is.
Said = Mapping[str, float | str]
# Parsers for values that are not doubles.
_READ: Mapping[str, Callable[[str], float | str]] = {"string": str, "int": int, "bigint": int}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One request by key while `version` was live: its answer in each `output` column of the problem.

    `batch` is that version's batch prediction for the key; None if it has scored nothing yet.
    """

    when: str
    version: int
    served_version: int
    key: str
    output: tuple[Column, ...]
    online: Said
    batch: Said | None


def ask(model: NamedModel, version: int, when: str) -> Answer:
    """Query the endpoint with the newest row that `version` scored in batch, if its key has no newer one.

    The endpoint looks up the newest features of a key. Raises CommandError if the query is refused.
    """
    from databricks.sdk.errors.base import DatabricksError  # noqa: PLC0415 - takes half a second

    declared, use_case = model.declared, model.use_case
    assert declared.serving is not None, "this model has no endpoint to query"
    features, output = declared.feature_table, declared.problem.output
    columns, table = ", ".join(f"p.{column.name}" for column in output), features.table.full_name("prod", use_case)
    [scored] = query(
        "prod",
        f"select f.{features.key}, {columns} from {table} f "
        f"left join prod.{use_case}_gold.predictions p on p.{features.key} = f.{features.key} "
        f"and p.{features.event_time} = f.{features.event_time} and p.model_version = {version} "
        f"and p.model = '{model.full_name}' "
        f"left anti join {table} n on n.{features.key} = f.{features.key} "
        f"and n.{features.event_time} > f.{features.event_time} "
        f"order by p.model_version is null, f.{features.event_time} desc, f.{features.key} limit 1",
    )
    key = scored[features.key]
    path = f"/serving-endpoints/{declared.serving.endpoint}/invocations"
    whole = features.table.column(features.key).type in ("int", "bigint")
    body = {"dataframe_records": [{features.key: int(key) if whole else key}]}
    try:
        found = workspace("prod").api_client.do("POST", path, body=body, response_headers=[_SERVED_VERSION])
    except DatabricksError as error:
        raise CommandError(f"endpoint {declared.serving.endpoint} refused {features.key} {key}: {error}") from error
    assert isinstance(found, dict)
    return Answer(
        when=when,
        version=version,
        served_version=int(found[_SERVED_VERSION]),
        key=f"{features.key} {key}",
        output=output,
        online=said(found["predictions"][0], output),
        batch=None if scored[output[0].name] is None else said(scored, output),
    )


def said(row: Mapping[str, object], output: Sequence[Column]) -> Said:
    """The values in the `output` columns of a row of JSON or SQL: SQL returns numbers as text."""
    return {column.name: _READ.get(column.type, float)(str(row[column.name])) for column in output}


def served_version(model: NamedModel) -> int | None:
    """The version that the endpoint serves; None if there is no endpoint, or it does not exist yet."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    declared = model.declared
    if declared.serving is None:
        return None
    try:
        config = workspace("prod").serving_endpoints.get(declared.serving.endpoint).config
    except NotFound:
        return None
    served = {entity.entity_version for entity in (config.served_entities or [])} if config else set()
    return int(served.pop() or 0) if len(served) == 1 else None
