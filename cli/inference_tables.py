"""The inference tables of a use case's endpoints, and the requests in them that name a person.

A request is text in one of five formats. Forgetting a person deletes each request that names them, with its answer and
any other rows in it. The statement contains a salted hash, like the jobs' parameters, and no key.
"""

from collections.abc import Iterator

from cli.cloud import workspace
from cli.models import models_of
from cli.output import Row
from cli.warehouse import RefusedError, query
from infra import names
from ml.declarations import Column
from ml.people import Request, person_column
from ml.usecases import USE_CASES

_RECORDS = ("dataframe_records", "inputs", "instances")
_WHOLE = ("int", "bigint")


def tables(env: str, use_case: str) -> list[str]:
    """Full names of the inference tables that exist in `env`."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    client, found = workspace(env), list[str]()
    for model in models_of(use_case, env):
        if model.declared.serving is None:
            continue
        prefix = names.inference_prefix(model.declared.serving.endpoint)
        name = f"{env}.{names.inference_schema(use_case)}.{prefix}_payload"
        try:
            client.tables.get(name)
        except NotFound:
            continue
        found.append(name)
    return found


def forget(env: str, use_case: str, person: Request) -> Iterator[Row]:
    """Delete the requests that name the person, as the calling principal; one row per table."""
    where = names_person(person, person_column(USE_CASES[use_case]))
    for table in tables(env, use_case):
        try:
            found: object = int(query(env, f"select count(*) as n from {table} where {where}")[0]["n"])
            if found:
                query(env, f"delete from {table} where {where}")
            details = "requests that name the person, with their answers; some may be recorded later: run this again"
        except RefusedError as error:
            if not error.lacks_right:
                raise
            found, details = (
                "unknown",
                "requests of the endpoint: you lack the right; the owner of the table must run this",
            )
        yield {"what": table, "found": found, "details": details}


def names_person(person: Request, column: Column) -> str:
    """Whether a recorded request names the person, in Databricks SQL. Pure.

    JSON requests, in any of MLflow's formats: compares the value of the key column. CSV requests: compares every value.
    """

    def theirs(value: str) -> str:
        plain = f"trim({value})"
        if column.type in _WHOLE:
            # Same form as in `ml.people.plain`; JSON may also write a whole number as 5.0.
            plain = f"regexp_replace(regexp_replace({plain}, '[.]0+$', ''), '^[+]?0*(?=[0-9])', '')"
        return f"sha2(concat('{person.salt}', ':', {plain}), 256) = '{person.digest}'"

    key = column.name
    columns = "from_json(get_json_object(request, '$.dataframe_split.columns'), 'array<string>')"
    data = "from_json(get_json_object(request, '$.dataframe_split.data'), 'array<array<string>>')"
    conditions = [
        *(
            f"exists(from_json(get_json_object(request, '$.{name}'), 'array<map<string,string>>'), "
            f"r -> {theirs(f'''r['{key}']''')})"
            for name in _RECORDS
        ),
        f"exists(from_json(get_json_object(request, '$.inputs.{key}'), 'array<string>'), v -> {theirs('v')})",
        f"exists({data}, r -> {theirs(f'''get(r, cast(array_position({columns}, '{key}') as int) - 1)''')})",
        f"(get_json_object(request, '$') is null and exists(split(request, '[,\"\\\\s]+'), v -> {theirs('v')}))",
    ]
    return " or ".join(f"coalesce({condition}, false)" for condition in conditions)
