"""The results of ingest's first run: tables, and the policies that mask their sensitive columns."""

from collections.abc import Iterator

from cli.doctor.check import Fault, NotAskedError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names
from infra.access.hidden import hidden, unmasked_table
from ml.declarations import Layer


def _ran(deployed: DeployedEnvironment) -> list[str]:
    """The use cases whose ingest has created a table here. Raises NotAskedError before the first run."""
    found = [
        use_case
        for use_case in deployed.environment.use_cases
        if any(table.startswith(f"{deployed.catalog}.{use_case}_") for table in deployed.tables)
    ]
    if not found:
        raise NotAskedError("no table exists: ingest has not run yet")
    return found


def _declared(deployed: DeployedEnvironment, use_case: str) -> Iterator[str]:
    """Full names of the tables that ingest creates."""
    declared = deployed.spec.use_cases[use_case]
    tables = [(Layer.BRONZE, feed.name) for feed in declared.feeds]
    tables += [(feed.silver.layer, feed.silver.name) for feed in declared.feeds]
    made = (*declared.computed_tables, *(model.outcome.table for model in declared.labelled))
    tables += [(table.layer, table.name) for table in made]
    copy = unmasked_table(deployed.spec, deployed.environment, use_case)
    tables += [(copy.layer, copy.name)] if copy else []
    return (f"{deployed.schema(use_case, layer)}.{name}" for layer, name in tables)


@check
def every_declared_table_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """The first task of ingest creates them all."""
    for use_case in _ran(deployed):
        for name in _declared(deployed, use_case):
            if name not in deployed.tables:
                fix = f"run the job {names.job(use_case, 'ingest')}: its first task creates all tables"
                yield Fault(subject=name, wrong="does not exist", fix=fix)


@check
def sensitive_columns_are_hidden(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """One policy per schema and kind of mask: without it, everyone who can read the tables sees these columns."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    for use_case in _ran(deployed):
        columns = hidden(deployed.spec, deployed.environment, use_case)
        for layer, how in dict.fromkeys((column.layer, column.how) for column in columns):
            schema = deployed.schema(use_case, layer)
            try:
                deployed.workspace.policies.get_policy("SCHEMA", schema, f"hide_{how}")
            except NotFound:
                fix = f"make deploy ENV={deployed.environment.name} MASKS=1"
                yield Fault(
                    subject=schema, wrong=f"has no policy hide_{how}, so readers see its sensitive columns", fix=fix
                )


CHECKS = (every_declared_table_exists, sensitive_columns_are_hidden)
