"""The scoring server over HTTP, in this process: what it answers, and what it refuses how."""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.server.app import Application
from ml.server.version import Version
from tests.ml.server.conftest import ROW

JSON = "application/json"
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates().map(str)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
_ROWS = st.lists(st.dictionaries(st.sampled_from(["client_id", *ROW, "more"]), _VALUES, max_size=5), max_size=3)
_BODIES = st.one_of(
    st.builds(lambda rows: {"dataframe_records": rows}, _ROWS | _VALUES),
    st.builds(lambda columns, data: {"dataframe_split": {"columns": columns, "data": data}}, _VALUES, _VALUES),
    st.dictionaries(st.sampled_from(["inputs", "instances", "params", "dataframe_records"]), _VALUES | _ROWS),
    _VALUES,
)


def _ask(version: Version, *bodies: bytes, content_type: str = JSON, **options: Any) -> Sequence[httpx.Response]:
    """The answers to requests that arrive together."""

    async def together() -> Sequence[httpx.Response]:
        transport = httpx.ASGITransport(app=Application(version, **options))
        async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
            headers = {"Content-Type": content_type}
            return await asyncio.gather(*(client.post("/invocations", content=b, headers=headers) for b in bodies))

    return asyncio.run(together())


def _require_documented(answer: httpx.Response) -> None:
    """An answer with predictions, or a refusal with code and message; never a failure or a stack trace."""
    assert answer.status_code in (200, 400, 404, 413, 415), answer.text
    found = answer.json()
    assert set(found) == ({"predictions"} if answer.status_code == 200 else {"error_code", "message"})
    assert "Traceback" not in answer.text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_BODIES.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=60), packed=st.booleans())
def test_no_body_makes_the_server_fail(looking: Version, raw: Version, body: bytes, packed: bool) -> None:
    """Whatever is sent, of look-ups and of features: an answer, or a documented refusal."""
    for content_type in (JSON, "text/csv"):
        (answer,) = _ask(looking if packed else raw, body, content_type=content_type)
        _require_documented(answer)


def _records(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"dataframe_records": rows}).encode()


BAD = {
    "wrong type": (_records({**ROW, "income": "a lot"}), 400, "income"),
    "date for a number": (_records({**ROW, "age": "2024-01-31"}), 400, "age"),
    "missing field": (_records({"income": 1.0, "owner": True}), 400, "missing inputs.*age"),
    "null": (_records({**ROW, "age": None}), 400, "age"),
    "NaN": (b'{"dataframe_records": [{"income": NaN, "age": 1, "owner": true}]}', 400, "NaN is not allowed, send null"),
    "infinity": (b'{"dataframe_records": [{"income": -Infinity}]}', 400, "-Infinity is not allowed"),
    "out of range": (b'{"dataframe_records": [{"income": 1e999}]}', 400, "1e999 is out of range"),
    "a megabyte of text": (_records({**ROW, "income": "x" * (1 << 20)}), 400, "income"),
    "no JSON": (b"{", 400, "Failed to parse input as JSON"),
    "no text": (b"\xff\xfe", 400, "Failed to parse input as JSON"),
    "nested deeply": (b"[" * 100_000 + b"]" * 100_000, 400, "nested too deeply"),
    "a number of 5,000 digits": (b'{"dataframe_records": [{"age": ' + b"9" * 5000 + b"}]}", 400, "as JSON"),
    "no rows": (_records(), 400, "."),
    "two formats": (b'{"inputs": [], "instances": []}', 400, "exactly one of"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_request_says_what_is_wrong(raw: Version, case: str) -> None:
    """The documented status and body, with a message that names the problem and is not as long as the request."""
    content, status, said = BAD[case]
    (answer,) = _ask(raw, content)
    assert (answer.status_code, answer.json()["error_code"]) == (status, "BAD_REQUEST")
    assert re.search(said, answer.json()["message"]), answer.json()["message"]


def test_extra_fields_are_left_aside(raw: Version) -> None:
    """As MLflow does: a column that the signature lacks changes nothing."""
    plain, extra = _ask(raw, _records(ROW), _records({**ROW, "more": [1, {"a": 2}]}))
    assert (extra.status_code, extra.content) == (200, plain.content)


def test_ten_thousand_rows_are_answered_in_their_order(raw: Version) -> None:
    """A large request goes its own way, and its answers are those of its rows."""
    ages = list(range(10_000))
    (answer,) = _ask(raw, _records(*({**ROW, "age": age} for age in ages)))
    some = _ask(raw, *(_records({**ROW, "age": age}) for age in (0, 5_000, 9_999)))
    predictions = answer.json()["predictions"]
    assert len(predictions) == 10_000
    assert [predictions[at] for at in (0, 5_000, 9_999)] == [one.json()["predictions"][0] for one in some]


def test_requests_that_arrive_together_get_each_its_own_answer(looking: Version) -> None:
    """Good ones, one with a null that the model refuses, and one without a key: nobody suffers for another."""
    asked = [_records({"client_id": 1, "age": age}) for age in (20, 30, 40)]
    together = _ask(looking, asked[0], _records({"client_id": 2}), asked[1], _records({}), asked[2])
    assert [answer.status_code for answer in together] == [200, 400, 200, 400, 200]
    alone = [_ask(looking, body)[0].content for body in asked]
    assert [together[at].content for at in (0, 2, 4)] == alone


def test_answers_name_the_version_and_the_age_of_the_features(looking: Version) -> None:
    """The features were published a minute ago; an answer that looked nothing up has no such header."""
    by_key, whole = _ask(looking, _records({"client_id": 1}), _records({"client_id": 1, **ROW}))
    assert [answer.headers["served-entity-version"] for answer in (by_key, whole)] == ["7", "7"]
    assert 60 <= float(by_key.headers["features-age-s"]) < 3600
    assert "features-age-s" not in whole.headers
    assert by_key.content == whole.content


def test_every_documented_format_gets_the_same_answer(looking: Version) -> None:
    """Records, split, inputs, instances and CSV, of key and features."""
    row = {"client_id": 1, **ROW}
    split = {"columns": list(row), "data": [list(row.values())]}
    formats = {
        "dataframe_records": [row],
        "dataframe_split": split,
        "instances": [row],
        "inputs": {k: [v] for k, v in row.items()},
    }
    answers = _ask(looking, *(json.dumps({name: value}).encode() for name, value in formats.items()))
    (csv,) = _ask(looking, b"client_id,income,age,owner\n1,1250.5,41,true\n", content_type="text/csv; charset=utf-8")
    assert {answer.content for answer in (*answers, csv)} == {answers[0].content}
    assert answers[0].status_code == 200


def test_a_model_that_is_asked_too_much_says_so(raw: Version) -> None:
    """429 to those that would wait longer than the queue; who was there first is answered."""
    large = _records(*([ROW] * 3000))
    answers = _ask(raw, large, large, large, max_waiting=1)
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["error_code"] == "REQUEST_LIMIT_EXCEEDED"


def test_large_requests_wait_in_no_more_memory_than_one_may_take(raw: Version) -> None:
    """429 to those whose body would not fit beside the waiting one; one alone always fits."""
    large = _records(*([ROW] * 3000))
    answers = _ask(raw, large, large, large, max_body_bytes=len(large) + 1)
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert f"size of parallel requests, {len(large) + 1} bytes" in refused.json()["message"]


def test_too_much_and_other_types_are_refused(raw: Version) -> None:
    """413 over the limit, 415 for a type or a charset that is not served."""
    (large,) = _ask(raw, _records(*([ROW] * 30)), max_body_bytes=1000)
    assert (large.status_code, large.json()["error_code"]) == (413, "REQUEST_TOO_LARGE")
    assert "cannot exceed 1000 bytes" in large.json()["message"]
    for content_type in ("text/plain", "application/json; charset=latin-1"):
        (other,) = _ask(raw, _records(ROW), content_type=content_type)
        assert (other.status_code, other.json()["error_code"]) == (415, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/ping", 200), ("GET", "/x", 404), ("GET", "/invocations", 405)]
)
def test_what_else_is_served(raw: Version, method: str, path: str, status: int) -> None:
    """`/ping` for whoever watches the server; anything else is named."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Application(raw))
        async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
            return await client.request(method, path)

    answer = asyncio.run(ask())
    assert answer.status_code == status
    assert status == 200 or path in answer.json()["message"]
