"""Validation of records: Spark expressions that give the typed value of a declared column and a reason. No I/O."""

import re
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, Column, Feed, PeriodFrom, Spelling

_SHOWN_CHARACTERS = 40
_WHOLE = ("int", "bigint")
# Spark's casts also accept '12d' as a double and '2023' as a date; in a feed these are errors.
_BOOLEAN = r"^(?i:true|false)$"
_ISO_DATE = "yyyy-MM-dd"
# A long id after a spreadsheet reformatted it.
_SCIENTIFIC = r"^\d([.,]\d+)?E\+\d+$"
_LEADING_ZERO = r"^[+-]?0\d+$"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How one column is read. `key`: its values identify rows, so a value that lost information is refused."""

    column: Column
    spelling: Spelling
    key: bool

    @classmethod
    def of(cls, feed: Feed, column: Column) -> "Rule":
        """The rule of one of the feed's columns."""
        return cls(column=column, spelling=feed.source.spelling, key=column.name in feed.silver.keys)


def trimmed(column: Column, spelling: Spelling) -> SparkColumn:
    """The received text without surrounding blanks; null if it is empty or a spelling of null."""
    text = F.nullif(F.trim(F.col(column.name)), F.lit(""))
    return F.when(~text.isin(list(spelling.nulls)), text) if spelling.nulls else text


def typed(rule: Rule, given: SparkColumn) -> SparkColumn:
    """The trimmed text `given` as the declared type; null if it does not parse."""
    kind, spelling = rule.column.type, rule.spelling
    if kind in _WHOLE or kind == "double":
        value = F.when(given.rlike(_number(spelling, whole=kind in _WHOLE)), _plain(spelling, given)).try_cast(kind)
        return F.when(F.abs(value) < float("inf"), value) if kind == "double" else _without(value, given, _lost(rule))
    if kind == "boolean":
        return F.when(given.rlike(_BOOLEAN), given).try_cast(kind)
    if kind == "binary":
        return F.try_to_binary(given, F.lit("base64"))
    patterns = {"date": spelling.dates, "timestamp": spelling.timestamps}.get(kind, ())
    if patterns == (_ISO_DATE,):
        return F.when(given.rlike(r"^\d{4}-\d{2}-\d{2}$"), given).try_cast(kind)
    if patterns:
        read = _read(given, kind, patterns)
        return F.when(F.size(read) == 1, F.element_at(read, 1))
    return _without(given, given, _lost(rule)) if kind == "string" else given.try_cast(kind)


def reason(rule: Rule, given: SparkColumn, value: SparkColumn) -> SparkColumn:
    """Why a received value is refused, naming header, value and allowed values; null if it is accepted."""
    column = rule.column
    no_value = F.lit(None if column.nullable else f"{column.raw_name} is empty; a value is required")
    shown = F.concat(F.lit(f"{column.raw_name} '"), F.substring(given, 1, _SHOWN_CHARACTERS), F.lit("' is "))
    why = F.when(value.isNull(), _no_value_why(rule, given))
    if column.minimum is not None or column.maximum is not None:
        why = why.when(~_within(column, value), F.lit(f"outside {_span(column)}"))
    if column.allowed:
        listed = ", ".join(str(each) for each in column.allowed)
        why = why.when(~value.isin(list(column.allowed)), F.lit(f"not one of {listed}"))
    return F.when(given.isNull(), no_value).otherwise(F.concat(shown, why))


def fields_reason(fields: SparkColumn, expected_fields: int) -> SparkColumn:
    """Why a record that does not fit the columns is refused; null if it fits."""
    given = F.json_array_length(fields).cast("string")
    width = F.concat(F.lit("the record has "), given, F.lit(f" fields, the header has {expected_fields}"))
    return F.when(fields.isNotNull(), F.coalesce(F.get_json_object(fields, "$.problem"), width))


def period(feed: Feed, calendar: Calendar) -> SparkColumn:
    """The start of a bronze record's period, in the type of the feed's period column.

    It comes from the file's name or from the record; if that is unreadable, it is the day of loading.
    """
    column = feed.silver.column(feed.period_column)
    if feed.source.period_from is PeriodFrom.COLUMN:
        given = trimmed(column, feed.source.spelling)
        return F.coalesce(typed(Rule.of(feed, column), given), F.col("_loaded_at").cast(column.type))
    name = f"regexp_extract(_source_file, '({calendar.name_pattern})[.][a-z.]+$', 1)"
    return F.expr(calendar.parse_sql(name, column.type))


def _number(spelling: Spelling, *, whole: bool) -> str:
    marks = "".join(re.escape(mark) for mark in spelling.thousands_marks)
    digits = rf"(\d+|\d{{1,3}}([{marks}]\d{{3}})+)" if marks else r"\d+"
    if whole:
        return f"^[+-]?{digits}$"
    decimal = re.escape(spelling.decimal)
    return rf"^[+-]?({digits}({decimal}\d*)?|{decimal}\d+)([eE][+-]?\d+)?$"


def _plain(spelling: Spelling, given: SparkColumn) -> SparkColumn:
    """The number in Spark's spelling."""
    marks = "".join(spelling.thousands_marks)
    if not marks and spelling.decimal == ".":
        return given
    # `translate` drops characters without a counterpart.
    return F.translate(given, spelling.decimal + marks, ".")


def _read(given: SparkColumn, kind: str, patterns: tuple[str, ...]) -> SparkColumn:
    """The distinct values that the patterns read, as an array: one if the text is unambiguous."""
    values = [F.try_to_timestamp(given, F.lit(pattern)).cast(kind) for pattern in patterns]
    return F.array_distinct(F.array_compact(F.array(*values)))


def _lost(rule: Rule) -> tuple[tuple[str, str], ...]:
    """Forms of a key that lost information, and the remedy."""
    if not rule.key:
        return ()
    if rule.column.type == "string":
        return ((_SCIENTIFIC, "an id that a spreadsheet turned into scientific notation; export it as text"),)
    return ((_LEADING_ZERO, "an id with leading zeros, which a number loses; declare the column as string"),)


def _without(value: SparkColumn, given: SparkColumn, forms: tuple[tuple[str, str], ...]) -> SparkColumn:
    return reduce(lambda left, form: F.when(~given.rlike(form[0]), left), forms, value)


def _no_value_why(rule: Rule, given: SparkColumn) -> SparkColumn:
    why, kind = F.lit(f"not of type {rule.column.type}"), rule.column.type
    for form, problem in _lost(rule):
        why = F.when(given.rlike(form), F.lit(problem)).otherwise(why)
    patterns = {"date": rule.spelling.dates, "timestamp": rule.spelling.timestamps}.get(kind, ())
    if len(patterns) > 1:
        two = F.size(_read(given, kind, patterns)) > 1
        why = F.when(two, F.lit(f"ambiguous: {' and '.join(patterns)} read it differently")).otherwise(why)
    return why


def _within(column: Column, value: SparkColumn) -> SparkColumn:
    low = F.lit(True) if column.minimum is None else value >= column.minimum
    high = F.lit(True) if column.maximum is None else value <= column.maximum
    return low & high


def _span(column: Column) -> str:
    low = "any" if column.minimum is None else f"{column.minimum:g}"
    high = "any" if column.maximum is None else f"{column.maximum:g}"
    return f"{low}..{high}"
