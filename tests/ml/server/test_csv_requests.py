"""Reading a scoring request in CSV."""

from typing import Any

import pytest

from ml.server.csv_requests import parse
from ml.server.errors import Refused


def test_a_column_has_the_first_type_that_all_its_values_have() -> None:
    """Whole numbers, numbers, truths, texts; an empty field is null; a field in quotes may hold anything."""
    found: dict[str, Any] = parse(b'a,b,c,d,"e, f"\n1,1,true,1,"x, ""y"""\n2,2.5,False,z,\n,1e3,,,\n')
    assert found["dataframe_split"]["columns"] == ["a", "b", "c", "d", "e, f"]
    assert found["dataframe_split"]["data"] == [
        [1, 1.0, True, "1", 'x, "y"'],
        [2, 2.5, False, "z", None],
        [None, 1000.0, None, None, None],
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "at least one row"),
        (b"a,b\n", "at least one row"),
        (b"a,a\n1,2\n", "name occurs twice"),
        (b"a,b\n1\n", "Row 0 of the CSV has 1 field.s.; the line of names has 2"),
        (b"a\n1,\n", "Row 0 of the CSV has 2 field"),
        (b"a\n\xff\n", "Failed to parse input as CSV"),
        (b'a\n"x\n', "Failed to parse input as CSV"),
    ],
)
def test_what_is_no_table_is_refused(raw: bytes, message: str) -> None:
    """400 with the reason; no value moves into another column."""
    with pytest.raises(Refused, match=message) as raised:
        parse(raw)
    assert (raised.value.status, raised.value.error_code) == (400, "BAD_REQUEST")


def test_what_is_not_finite_is_text() -> None:
    """The model's signature then refuses it by the column's name."""
    assert parse(b"a\nNaN\n1\n")["dataframe_split"]["data"] == [["NaN"], ["1"]]
