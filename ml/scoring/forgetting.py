"""Forgetting a person: their predictions, which only the principal of scoring may remove."""

from datetime import UTC, datetime

from pyspark.sql import functions as F  # noqa: N812

from ml.parameters import Common
from ml.people import Request, person_column, plain_sql
from ml.records.forgotten import FORGOTTEN_PREDICTIONS
from ml.records.predictions import predictions
from ml.tables import Tables, frame_of


def forget(tables: Tables, task: Common, person: Request) -> int:
    """Remove the person's predictions, and record how many. Returns that number."""
    table, column = predictions(task.use_case), person_column(task.use_case)
    target = table.full_name(task.catalog, task.use_case.name)
    removed = 0
    if tables.exists(target):
        theirs = tables.read(target).where(person.means(plain_sql(F.col(column.name), column)))
        gone = theirs.select(column.name).distinct()
        removed = tables.replace_part(table, target, frame_of(tables.spark, table, []), gone).deleted
    row = {"request": person.salt, "run_id": task.run_id, "rows": removed, "forgotten_at": datetime.now(UTC)}
    records = FORGOTTEN_PREDICTIONS.full_name(task.catalog, task.use_case.name)
    tables.append(FORGOTTEN_PREDICTIONS, records, frame_of(tables.spark, FORGOTTEN_PREDICTIONS, [row]))
    return removed
