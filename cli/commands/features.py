"""`mlops features`."""

import click

from cli.errors import CommandError
from cli.features import feature_rows, table_rows
from cli.output import Row, format_option, show
from cli.warehouse import query
from ml.declarations import FeatureTable, UseCase
from ml.usecases import USE_CASES


@click.command()
@click.argument("name", required=False)
@click.option("--env", help="Environment whose tables are asked how fresh they are; left out: declarations alone.")
@format_option
def features(name: str | None, env: str | None, form: str) -> None:
    """List feature tables; with NAME (a feature table, or that of a USECASE or a USECASE/MODEL) its features."""
    cases = list(USE_CASES.values())
    if name is None:
        rows = [
            {**row, "newest": newest(env, case, table)} if env else row
            for case in cases
            for row, table in zip(table_rows(case, cases), case.feature_tables, strict=True)
        ]
        show(rows, form=form, title="Feature tables")
        return
    case, table = find(name, cases)
    show(feature_rows(case, table, cases), form=form, title=f"{case.name}: features of {table.name}")


def find(name: str, cases: list[UseCase]) -> tuple[UseCase, FeatureTable]:
    """The feature table called `name`, or that of the models of the use case, or of the model USECASE/MODEL.

    Raises CommandError that lists all tables if there is none, and if the models of a use case take several.
    """
    every = [(case, table) for case in cases for table in case.feature_tables]
    found = [(case, table) for case, table in every if name in (table.name, *_of(case, table))]
    if len(found) == 1:
        return found[0]
    known = ", ".join(table.name for _, table in every)
    raise CommandError(f"{name!r} is {'more than one' if found else 'no'} feature table: there are {known}")


def _of(case: UseCase, table: FeatureTable) -> list[str]:
    """The names of those who take it: their use case's, and theirs as USECASE/MODEL."""
    taking = [f"{case.name}/{model.name}" for model in case.models if model.feature_table == table]
    return [case.name, *taking] if taking else []


def newest(env: str, case: UseCase, table: FeatureTable) -> object:
    """The newest event time in the table of `env`, as text."""
    found: list[Row] = query(
        env, f"select max({table.event_time}) as newest from {table.table.full_name(env, case.name)}"
    )
    return found[0]["newest"]
