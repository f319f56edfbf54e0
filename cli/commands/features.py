"""`mlops features`."""

import click

from cli.errors import CommandError
from cli.features import feature_rows, find, table_rows
from cli.output import Row, format_option, show
from cli.warehouse import query
from ml.declarations import FeatureTable, UseCase
from ml.usecases import USE_CASES


@click.command()
@click.argument("name", required=False)
@click.option("--env", help="Without NAME: environment whose newest events are shown [none: declarations only].")
@format_option
def features(name: str | None, env: str | None, form: str) -> None:
    """List feature tables; with NAME, the features of one.

    NAME is a feature table, a use case or USECASE/MODEL.
    """
    if name is not None and env is not None:
        raise CommandError(f"--env {env} adds the newest event to the list of tables: leave out {name}, or --env", 2)
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


def newest(env: str, case: UseCase, table: FeatureTable) -> object:
    """The newest event time in the table of `env`, as text."""
    found: list[Row] = query(
        env, f"select max({table.event_time}) as newest from {table.table.full_name(env, case.name)}"
    )
    return found[0]["newest"]
