"""Preparation of Spark's frames for Arrow: intervals as text, and types that a void in a list would break."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import DataType


def with_texts(frame: Any) -> Any:
    """`frame` with intervals cast to text by Spark; its columns are then named by position.

    Arrow has no interval of months, and a warehouse answers intervals as text.
    """
    kinds = [field.dataType.simpleString() for field in frame.schema.fields]
    if not any(map(_is_interval, kinds)):
        return frame
    names = [f"c{position}" for position in range(len(kinds))]
    asked = [f"CAST({n} AS STRING) AS {n}" if _is_interval(kind) else n for n, kind in zip(names, kinds, strict=True)]
    return frame.toDF(*names).selectExpr(*asked)


def arrow_schema(frame: Any) -> "pa.Schema":
    """The types of the frame's rows. Raises `UnsupportedOperationException` for duplicate field names in a struct."""
    from pyspark.sql.pandas.types import to_arrow_schema  # noqa: PLC0415

    return to_arrow_schema(_with_voids(frame.schema), error_on_duplicated_field_names_in_struct=True)


def _is_interval(kind: str) -> bool:
    return kind.startswith("interval")


def _with_voids(kind: "DataType") -> Any:
    """`kind`, with void types nullable: `array()` is a list of voids without any null."""
    from pyspark.sql.types import ArrayType, MapType, NullType, StructField, StructType  # noqa: PLC0415

    match kind:
        case ArrayType():
            return ArrayType(_with_voids(kind.elementType), kind.containsNull or kind.elementType == NullType())
        case MapType():
            nulls = kind.valueContainsNull or kind.valueType == NullType()
            return MapType(_with_voids(kind.keyType), _with_voids(kind.valueType), nulls)
        case StructType():
            return StructType(
                [
                    StructField(each.name, _with_voids(each.dataType), each.nullable or each.dataType == NullType())
                    for each in kind.fields
                ]
            )
        case _:
            return kind
