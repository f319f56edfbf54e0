"""Forgetting a person: removes their predictions, which only the scoring principal may do."""

from collections.abc import Callable
from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Table
from ml.parameters import Common
from ml.people import Request, person_column, plain_sql
from ml.records.forgotten import FORGOTTEN_PREDICTIONS
from ml.records.predictions import late_rows, predictions
from ml.tables import Tables, frame_of


def forget(
    tables: Tables, task: Common, person: Request, take_back: Callable[[DataFrame], None] = lambda _: None
) -> int:
    """Remove the person's predictions, and record how many. Returns that number.

    `take_back` receives their rows before they leave the table, so that a retry after a kill finds them again, and
    once more after, for rows that a stream has sent in between.
    """
    theirs = _theirs(tables, task, person)
    if theirs is not None:
        take_back(theirs)
    _removed(tables, task, person, late_rows(task.use_case))
    removed = _removed(tables, task, person, predictions(task.use_case))
    if theirs is not None and removed:
        take_back(theirs)
    row = {"request": person.salt, "run_id": task.run_id, "rows": removed, "forgotten_at": datetime.now(UTC)}
    records = FORGOTTEN_PREDICTIONS.full_name(task.catalog, task.use_case.name)
    tables.append(FORGOTTEN_PREDICTIONS, records, frame_of(tables.spark, FORGOTTEN_PREDICTIONS, [row]))
    return removed


def _theirs(tables: Tables, task: Common, person: Request) -> DataFrame | None:
    """The person's current predictions, unaffected by later changes of the table; None if there is no such table."""
    table, column = predictions(task.use_case), person_column(task.use_case)
    name = table.full_name(task.catalog, task.use_case.name)
    if not tables.exists(name):
        return None
    rows = tables.read(name, tables.version(name)).where(person.means(plain_sql(F.col(column.name), column)))
    return rows.select(*(each.name for each in table.columns))


def _removed(tables: Tables, task: Common, person: Request, table: Table) -> int:
    """How many of their rows have left a table; none if there is no such table."""
    column, target = person_column(task.use_case), table.full_name(task.catalog, task.use_case.name)
    if not tables.exists(target):
        return 0
    theirs = tables.read(target).where(person.means(plain_sql(F.col(column.name), column)))
    gone = theirs.select(column.name).distinct()
    return tables.replace_part(table, target, frame_of(tables.spark, table, []), gone).deleted
