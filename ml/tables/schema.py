"""Declared tables as Spark schemas, and checks of a frame or an existing table against its declaration."""

from collections.abc import Iterable, Mapping

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as spark_types

from ml.declarations import Column, Table

_SPARK_TYPES: dict[str, spark_types.DataType] = {
    "string": spark_types.StringType(),
    "int": spark_types.IntegerType(),
    "bigint": spark_types.LongType(),
    "double": spark_types.DoubleType(),
    "boolean": spark_types.BooleanType(),
    "date": spark_types.DateType(),
    "timestamp": spark_types.TimestampType(),
    "binary": spark_types.BinaryType(),
}


class TableMismatchError(ValueError):
    """A frame or an existing table differs from the declaration of the table."""


class RepeatedKeyError(ValueError):
    """Rows for a table repeat a key."""


def struct(table: Table) -> spark_types.StructType:
    """The declared columns of `table`, in order, with their comments; not null unless declared nullable."""
    return spark_types.StructType(
        [
            spark_types.StructField(
                column.name, _SPARK_TYPES[column.type], column.nullable, {"comment": column.comment}
            )
            for column in table.columns
        ]
    )


def ddl(table: Table) -> str:
    """The column list of a CREATE TABLE statement."""
    return ", ".join(_column_ddl(column) for column in table.columns)


def _column_ddl(column: Column) -> str:
    null = "" if column.nullable else " NOT NULL"
    return f"`{column.name}` {column.type.upper()}{null} COMMENT {quoted(column.comment)}"


def quoted(text: str) -> str:
    """`text` as a SQL string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def differences(table: Table, actual: spark_types.StructType) -> list[str]:
    """The differences of `actual` from the declaration `table`, one sentence each. Column order does not count."""
    declared = {field.name: field.dataType.simpleString() for field in struct(table).fields}
    given = {field.name: field.dataType.simpleString() for field in actual.fields}
    return [
        *(f"column {name!r} is missing" for name in declared if name not in given),
        *(f"column {name!r} is not declared" for name in given if name not in declared),
        *(
            f"column {name!r} is {given[name]}, declared {kind}"
            for name, kind in declared.items()
            if name in given and given[name] != kind
        ),
    ]


def conform(table: Table, frame: DataFrame) -> DataFrame:
    """`frame` with exactly the declared columns, in declared order.

    Raises:
        TableMismatchError: if a column is missing, undeclared or of another type.
    """
    found = differences(table, frame.schema)
    if found:
        raise TableMismatchError(
            f"rows for table {table.name!r} do not fit its declaration: {'; '.join(found)}. "
            "Change the code that creates the rows, or the declaration"
        )
    return frame.select(*(f"`{column.name}`" for column in table.columns))


def pandas_of(rows: DataFrame) -> pd.DataFrame:
    """`rows` on the driver as pandas: only for bounded data, a sample or one month.

    Spark Connect leaves the query's metrics in `attrs`, which pandas copies deeply into every derived frame: with them,
    measuring 20 months took three times as long.
    """
    frame: pd.DataFrame = rows.toPandas()
    frame.attrs.clear()
    return frame


def frame_of(spark: SparkSession, table: Table, rows: Iterable[Mapping[str, object]]) -> DataFrame:
    """`rows` as a frame of the declared schema. A missing column becomes null.

    Raises:
        TableMismatchError: if a row has a column that `table` does not declare.
    """
    names = [column.name for column in table.columns]
    listed = list(rows)
    strange = sorted({name for row in listed for name in row} - set(names))
    if strange:
        raise TableMismatchError(f"rows for table {table.name!r} have columns {strange}; declared are {names}")
    return spark.createDataFrame([tuple(row.get(name) for name in names) for row in listed], struct(table))
