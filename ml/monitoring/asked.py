"""An endpoint's requests and answers, one row per row of a request. Pure frames.

The inference table holds requests as the callers wrote them, in any of MLflow's formats.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import FeatureTable
from ml.server import requests
from ml.server.errors import Refused

# Names one row of one request.
ROW = ("request_id", "row_number")
_COLUMNS = ("request_id", "requested_at", "entity", "request", "response")
_ROWS = (
    "request_id string, row_number int, requested_at timestamp, entity string, key string, given string, answer string"
)


def asked_rows(recorded: DataFrame, table: FeatureTable, since: datetime, entities: Sequence[str] = ()) -> DataFrame:
    """The rows of the answered requests in the inference table `recorded` since then; only for `entities`, if given.

    Columns: `request_id`, `row_number`, `requested_at`, `entity` (that answered), `key` (null if no key fits its
    column), `given` and `answer` (JSON objects). A request that is unreadable or incomplete has no rows.
    """
    of = F.col("served_entity_id").isin(list(entities)) if entities else F.lit(True)
    # By day too, which the platform writes the table by.
    recent = (F.col("request_date") >= F.lit(since.date())) & (F.col("request_time") >= F.lit(since))
    whole = F.col("request").isNotNull() & F.col("response").isNotNull() & (F.col("status_code") == 200)
    key = table.key
    found = recorded.where(recent & whole & of).select(
        F.col("databricks_request_id").alias("request_id"),
        F.col("request_time").alias("requested_at"),
        F.col("served_entity_id").alias("entity"),
        "request",
        "response",
    )

    def read(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            lines = [line for each in batch[list(_COLUMNS)].itertuples(index=False) for line in _lines(each, key)]
            yield pd.DataFrame(lines, columns=[name.split()[0] for name in _ROWS.split(", ")])

    typed = F.col("key").try_cast(table.source.column(key).type)
    return found.mapInPandas(read, _ROWS).withColumn("key", typed)


def _lines(each: tuple[object, ...], key: str) -> Iterator[tuple[object, ...]]:
    request_id, requested_at, entity, request, response = each
    try:
        rows = requests.rows(requests.read(_kind(str(request)), str(request).encode()))
        answers = json.loads(str(response))["predictions"]
    except (Refused, ValueError, KeyError, TypeError):
        return
    if len(answers) != len(rows):
        return
    for number, (row, answer) in enumerate(zip(rows, answers, strict=True)):
        value = row.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        named = None if value is None else str(value)
        yield request_id, number, requested_at, entity, named, json.dumps(row), json.dumps(answer)


def _kind(request: str) -> str:
    return "application/json" if request.lstrip().startswith("{") else "text/csv"


def known_then(rows: DataFrame, features: DataFrame, table: FeatureTable, names: Sequence[str] = ()) -> DataFrame:
    """`rows` with `event_time` and the columns `names` of the newest feature row that their key had at request time.

    They are null if the key had no row.
    """
    values = features.select(
        F.col(table.key).alias("_key"),
        F.col(table.event_time).alias("_event_time"),
        F.struct(F.col(table.event_time).alias("event_time"), *names).alias("_values"),
    )
    in_time = (F.col("key") == F.col("_key")) & (_time("_event_time") <= F.col("requested_at"))
    newest = (
        rows.join(values, in_time, "left")
        .groupBy(*rows.columns)
        .agg(F.max_by("_values", "_event_time").alias("_values"))
    )
    return newest.select(*rows.columns, "_values.*")


def _time(name: str) -> Column:
    return F.col(name).cast("timestamp")
