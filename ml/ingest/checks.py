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


def text(column: Column) -> SparkColumn:
    """The received text without blanks around it; null where nothing is left."""
    trimmed = F.trim(F.col(column.name))
    return F.when(trimmed != "", trimmed)


def typed(column: Column) -> SparkColumn:
    """The received text as the declared type; null where it is none."""
    given = text(column)
    pattern = _PATTERNS.get(column.type)
    written_so = given if pattern is None else F.when(given.rlike(pattern), given)
    value = written_so.try_cast(column.type)
    return F.when(F.abs(value) < float("inf"), value) if column.type == "double" else value


def reason(column: Column) -> SparkColumn:
    """Why the received value is refused, naming header, value and what is allowed; null where it is not."""
    given, value, name = text(column), typed(column), column.raw_name
    shown = F.concat(F.lit(f"{name} '"), F.substring(given, 1, _SHOWN_CHARACTERS), F.lit("' is "))
    checks = [(given.isNotNull() & value.isNull(), F.concat(shown, F.lit(f"not of type {column.type}")))]
    if not column.nullable:
        checks.append((given.isNull(), F.lit(f"{name} is empty; a value is required")))
    if column.minimum is not None:
        checks.append((value < column.minimum, F.concat(shown, F.lit(f"outside {_span(column)}"))))
    if column.maximum is not None:
        checks.append((value > column.maximum, F.concat(shown, F.lit(f"outside {_span(column)}"))))
    if column.allowed:
        listed = ", ".join(str(each) for each in column.allowed)
        checks.append((~value.isin(list(column.allowed)), F.concat(shown, F.lit(f"not one of {listed}"))))
    return F.coalesce(*(F.when(refused, why) for refused, why in checks))


def _span(column: Column) -> str:
    low = "any" if column.minimum is None else f"{column.minimum:g}"
    high = "any" if column.maximum is None else f"{column.maximum:g}"
    return f"{low}..{high}"


def fields_reason(expected_fields: int) -> SparkColumn:
    """Why a record with too few or too many fields is refused; null where the number is right."""
    given = F.json_array_length(F.col("_fields")).cast("string")
    return F.when(
        F.col("_fields").isNotNull(),
        F.concat(F.lit("the record has "), given, F.lit(f" fields, the header has {expected_fields}")),
    )


def period(source_file: SparkColumn) -> SparkColumn:
    """The first day of the month in a file's name."""
    return F.to_date(F.concat(F.regexp_extract(source_file, r"(\d{4}-\d{2})\.csv$", 1), F.lit("-01")))
