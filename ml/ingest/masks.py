"""Task `masks` of job `<usecase>-ingest`: create the masking functions before the first sensitive row arrives.

It creates the functions that the policies of the stack `<env>-masks` call, and, empty, the tables whose columns those
policies name. So the stack can be deployed before any file has landed. The creator owns a function, so only this job's
principal can change it to show masked values.
"""

import json
from collections.abc import Iterator, Sequence

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import (
    ColumnTypeName,
    CreateFunction,
    CreateFunctionParameterStyle,
    CreateFunctionRoutineBody,
    CreateFunctionSecurityType,
    CreateFunctionSqlDataAccess,
    FunctionParameterInfo,
    FunctionParameterInfos,
)

from ml import parameters, runtime
from ml.declarations import RECORD, Layer, Table, UseCase, hidden_columns, hiding_function, unmasked
from ml.parameters import Common
from ml.records.received import bronze, outcome_quarantine, quarantine, silver
from ml.tables import Tables, door

_BIGINT = "bigint"


def main(arguments: Sequence[str] | None = None) -> None:
    """Create functions and tables for the masks; run by job `<usecase>-ingest`."""
    parsed = parameters.with_unmasked_table("masks").parse_args(arguments)
    task = parameters.common(parsed)
    made = make_functions(WorkspaceClient(), task)
    tables = make_tables(door(), task, parsed.unmasked_table)
    runtime.report(task="masks", rows_in=0, rows_kept=0, rows_quarantined=0, functions_made=made, tables=tables)


def make_functions(workspace: WorkspaceClient, task: Common) -> list[str]:
    """Create the missing functions, and return all full names. Existing functions stay as they are."""
    made = []
    for how in sorted({hidden.how for hidden in hidden_columns(task.use_case)}):
        wanted = function(task, how)
        full_name = f"{wanted.catalog_name}.{wanted.schema_name}.{wanted.name}"
        try:
            workspace.functions.get(full_name)
        except NotFound:
            workspace.functions.create(wanted)
            made.append(full_name)
    return made


def function(task: Common, how: str) -> CreateFunction:
    """The function for the mask `how`: null in the column's own type, or whether a record's row may be shown."""
    given, answer = ("string", "boolean") if how == RECORD else (how, how)
    name = hiding_function(how)
    return CreateFunction(
        name=name,
        catalog_name=task.catalog,
        schema_name=task.use_case.schema(Layer.OPS),
        input_params=FunctionParameterInfos(parameters=[_parameter(given)]),
        data_type=_type_name(answer),
        full_data_type=answer.upper(),
        routine_body=CreateFunctionRoutineBody.SQL,
        routine_definition="value IS NULL" if how == RECORD else f"CAST(NULL AS {how.upper()})",
        parameter_style=CreateFunctionParameterStyle.S,
        is_deterministic=True,
        sql_data_access=CreateFunctionSqlDataAccess.CONTAINS_SQL,
        # Databricks' only kind: its SQL functions are called for null, too.
        is_null_call=True,
        security_type=CreateFunctionSecurityType.DEFINER,
        specific_name=name,
        comment="Called by the policies of sensitive columns.",
    )


def make_tables(tables: Tables, task: Common, unmasked_table: str | None = None) -> list[str]:
    """Create every table with a masked column, and return their full names. An existing table stays as it is.

    With `unmasked_table`, also the model's features without those columns, since the masks stack grants that table.
    """
    wanted = {(hidden.layer, hidden.table) for hidden in hidden_columns(task.use_case)}
    found = [table for table in _written(task.use_case) if (table.layer, table.name) in wanted]
    if unmasked_table:
        found.append(unmasked(task.use_case.model_tables[0].table, unmasked_table))
    runtime.side_by_side(lambda table: tables.create(table, table.full_name(task.catalog, task.use_case.name)), found)
    return [table.full_name(task.catalog, task.use_case.name) for table in found]


def _written(use_case: UseCase) -> Iterator[Table]:
    """The tables of this job that hold received data or data derived from it."""
    for feed in use_case.feeds:
        yield from (bronze(feed), silver(feed), quarantine(feed))
    yield from use_case.computed_tables
    for model in use_case.labelled:
        yield from (model.outcome.table, outcome_quarantine(model.outcome))


def _parameter(type_: str) -> FunctionParameterInfo:
    spark_name = {"int": "integer", _BIGINT: "long"}.get(type_, type_)
    field = {"name": "value", "type": spark_name, "nullable": True, "metadata": {}}
    return FunctionParameterInfo(
        name="value", type_text=type_, type_name=_type_name(type_), type_json=json.dumps(field), position=0
    )


def _type_name(type_: str) -> ColumnTypeName:
    return ColumnTypeName("LONG" if type_ == _BIGINT else type_.upper())
