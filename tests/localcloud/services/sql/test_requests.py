"""Requests to run a statement: what is read, and what is refused by its name."""

from typing import Any

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.sql.limits import Limits
from localcloud.services.sql.requests import read

PLAIN = {"statement": "select 1", "warehouse_id": "local"}


def test_a_plain_request_has_the_documented_defaults() -> None:
    """Ten seconds, inline, as JSON; what takes longer goes on."""
    request = read(PLAIN)
    assert (request.wait_s, request.cancels, request.format) == (10, False, "JSON_ARRAY")
    assert request.limits == Limits(rows=None, bytes=None, linked=False)
    assert request.parameters == {}


def test_limits_parameters_and_links_are_read() -> None:
    """A parameter without a type is a string, without a value null."""
    body = PLAIN | {
        "row_limit": 3,
        "byte_limit": "100",
        "disposition": "EXTERNAL_LINKS",
        "format": "CSV",
        "wait_timeout": "5s",
        "on_wait_timeout": "CANCEL",
        "parameters": [{"name": "a"}, {"name": "b", "value": "2.5", "type": "decimal(10, 2)"}],
    }
    request = read(body)
    assert request.limits == Limits(rows=3, bytes=100, linked=True)
    assert request.parameters == {"a": ("STRING", None), "b": ("decimal(10, 2)", "2.5")}
    assert (request.format, request.wait_s, request.cancels) == ("CSV", 5, True)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"warehouse": "x", "rowLimit": 1}, r"Field\(s\) rowLimit, warehouse are not understood; understood are"),
        ({"format": "ARROW_STREAM"}, "format ARROW_STREAM needs disposition EXTERNAL_LINKS"),
        ({"format": "CSV", "disposition": "INLINE"}, "format CSV needs disposition EXTERNAL_LINKS"),
        ({"format": "PARQUET"}, "format 'PARQUET' is not one of JSON_ARRAY, ARROW_STREAM, CSV"),
        ({"disposition": "LINKS"}, "disposition 'LINKS' is not one of INLINE, EXTERNAL_LINKS"),
        ({"on_wait_timeout": "STOP"}, "on_wait_timeout 'STOP' is not one of CONTINUE, CANCEL"),
        ({"wait_timeout": "60s"}, "wait_timeout '60s' is not 0s or 5s to 50s"),
        ({"row_limit": 0}, "row_limit must be a whole number from 1 on, not 0"),
        ({"byte_limit": True}, "byte_limit must be a whole number"),
        ({"parameters": [{"value": "1"}]}, "Parameter name '' is not a name"),
        ({"parameters": [{"name": "p", "type": "ARRAY<INT>"}]}, "type 'ARRAY<INT>': use a type without parts"),
        ({"parameters": [{"name": "p", "type": "INT) , (1"}]}, "use a type without parts"),
        ({"parameters": [{"name": "p"}, {"name": "p"}]}, "Parameter 'p' is given twice"),
        ({"parameters": [{"name": "p", "ordinal": 1}]}, r"has field\(s\) ordinal, which are not understood"),
        ({"parameters": {"p": 1}}, "parameters must be a list"),
        ({"statement": "select '" + "x" * 2**24 + "'"}, "longer than 16 MiB"),
        ({"statement": ""}, "Missing required"),
    ],
)
def test_what_is_not_understood_is_refused(more: dict[str, Any], message: str) -> None:
    """By the field's name, with what is allowed."""
    with pytest.raises(ApiError, match=message) as raised:
        read(PLAIN | more)
    assert raised.value.status == 400
