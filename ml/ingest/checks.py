"""What a valid record is: declared columns as Spark expressions that give a typed value and a reason. No I/O."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column

_SHOWN_CHARACTERS = 40
# Spark's casts also take '12d' for a double and '2023' for a date; a feed that sends those is wrong.
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_PATTERNS = {
    "int": r"^[+-]?\d+$",
    "bigint": r"^[+-]?\d+$",
    "double": _NUMBER,
    "boolean": r"^(?i:true|false)$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
}


def trimmed(column: Column) -> SparkColumn:
    """The received text without blanks around it; null where nothing is left."""
    return F.nullif(F.trim(F.col(column.name)), F.lit(""))


def typed(column: Column, given: SparkColumn) -> SparkColumn:
    """The trimmed text `given` as the declared type; null where it is none."""
    pattern = _PATTERNS.get(column.type)
    value = (given if pattern is None else F.when(given.rlike(pattern), given)).try_cast(column.type)
    return F.when(F.abs(value) < float("inf"), value) if column.type == "double" else value


def reason(column: Column, given: SparkColumn, value: SparkColumn) -> SparkColumn:
    """Why a received value is refused, naming header, value and what is allowed; null where it is not."""
    no_value = F.lit(None if column.nullable else f"{column.raw_name} is empty; a value is required")
    shown = F.concat(F.lit(f"{column.raw_name} '"), F.substring(given, 1, _SHOWN_CHARACTERS), F.lit("' is "))
    why = F.when(value.isNull(), F.lit(f"not of type {column.type}"))
    if column.minimum is not None or column.maximum is not None:
        why = why.when(~_within(column, value), F.lit(f"outside {_span(column)}"))
    if column.allowed:
        listed = ", ".join(str(each) for each in column.allowed)
        why = why.when(~value.isin(list(column.allowed)), F.lit(f"not one of {listed}"))
    return F.when(given.isNull(), no_value).otherwise(F.concat(shown, why))


def _within(column: Column, value: SparkColumn) -> SparkColumn:
    low = F.lit(True) if column.minimum is None else value >= column.minimum
    high = F.lit(True) if column.maximum is None else value <= column.maximum
    return low & high


def _span(column: Column) -> str:
    low = "any" if column.minimum is None else f"{column.minimum:g}"
    high = "any" if column.maximum is None else f"{column.maximum:g}"
    return f"{low}..{high}"


def fields_reason(fields: SparkColumn, expected_fields: int) -> SparkColumn:
    """Why a record with too few or too many fields is refused; null where the number is right."""
    given = F.json_array_length(fields).cast("string")
    return F.when(
        fields.isNotNull(),
        F.concat(F.lit("the record has "), given, F.lit(f" fields, the header has {expected_fields}")),
    )


def period(source_file: SparkColumn) -> SparkColumn:
    """The first day of the month in a file's name."""
    return F.to_date(F.concat(F.regexp_extract(source_file, r"(\d{4}-\d{2})\.csv$", 1), F.lit("-01")))
