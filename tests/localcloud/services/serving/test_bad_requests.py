"""What a scoring request may get wrong: a documented 4xx with a reason, never a stack trace."""

import json
import re

import httpx
import pytest

from tests.localcloud.services.serving.world import World

ENDPOINT = "refusing"
ROW = {"credit_limit": 200_000.0, "age": 30}
GOOD = {"dataframe_records": [ROW]}


@pytest.fixture(scope="module")
def refusing(world: World) -> World:
    world.endpoint(ENDPOINT, world.versions["one"])
    return world


def _send(world: World, content: bytes, **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Bearer {world.admin_token}", "Content-Type": "application/json", **headers}
    return world.http.post(
        f"{world.url}/serving-endpoints/{ENDPOINT}/invocations", content=content, headers=sent, timeout=60
    )


CASES = {
    "no JSON": (b"{", "not a valid|valid JSON"),
    "no text": (b"\xff\xfe{}", "JSON"),
    "empty": (b"", "JSON"),
    "a list": (b"[1]", "must be a JSON dictionary; given: a list"),
    "no format": (b'{"rows": []}', "exactly one of dataframe_records, .*given: rows"),
    "two formats": (json.dumps({**GOOD, "inputs": []}).encode(), "exactly one of"),
    "NaN": (b'{"dataframe_records": [{"credit_limit": NaN, "age": 30}]}', "NaN is not allowed, send null"),
    "infinity": (b'{"dataframe_records": [{"credit_limit": 1e999, "age": 30}]}', "1e999 is out of range"),
    "nested too deeply": (b'{"dataframe_records": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "no rows": (b'{"dataframe_records": []}', "."),
    "records are no list": (b'{"dataframe_records": 5}', "must be a list of records"),
    "a missing feature": (json.dumps({"dataframe_records": [{"age": 30}]}).encode(), "missing inputs.*credit_limit"),
    "a wrong type": (
        json.dumps({"dataframe_records": [{**ROW, "credit_limit": "a lot"}]}).encode(),
        "credit_limit",
    ),
    "a null the model refuses": (
        json.dumps({"dataframe_records": [ROW, {**ROW, "age": None}]}).encode(),
        "age",
    ),
    "a split of unequal rows": (b'{"dataframe_split": {"columns": ["a", "b"], "data": [[1]]}}', "."),
}


@pytest.mark.parametrize("case", CASES)
def test_a_body_that_cannot_be_scored_is_a_bad_request(refusing: World, case: str) -> None:
    """400 BAD_REQUEST, as MLflow's scoring server answers, with a message that names the problem."""
    content, said = CASES[case]
    answer = _send(refusing, content)
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (400, "BAD_REQUEST")
    assert re.search(said, body["message"]), body["message"]
    assert "Traceback" not in answer.text
    assert "stack_trace" not in body


def test_the_endpoint_answers_after_all_of_that(refusing: World) -> None:
    """None of the refusals harmed the model's process."""
    assert _send(refusing, json.dumps(GOOD).encode()).json() == {"predictions": [{"probability": pytest.approx(0.23)}]}


@pytest.mark.parametrize("length", [None, 10 << 20])
def test_ten_megabytes_are_too_large(refusing: World, length: int | None) -> None:
    """413, whether the client says the length or sends in chunks; the limit is in the message."""
    content = json.dumps({"dataframe_records": [ROW] * 300_000}).encode()
    assert len(content) > 10_000_000

    def chunks() -> object:
        yield content

    headers = {"Authorization": f"Bearer {refusing.admin_token}", "Content-Type": "application/json"}
    url = f"{refusing.url}/serving-endpoints/{ENDPOINT}/invocations"
    answer = refusing.http.post(url, content=content if length else chunks(), headers=headers, timeout=60)  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert "cannot exceed 4194304 bytes" in answer.json()["message"]


def test_other_content_types_are_not_served(refusing: World) -> None:
    """415 that names what is served."""
    answer = _send(refusing, b"credit_limit,age\n1,2\n", **{"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert "use application/json or text/csv" in answer.json()["message"]


def test_csv_is_scored_as_json_is(refusing: World) -> None:
    """The first line names the columns; a feature that is missing is named as in JSON."""
    answer = _send(refusing, b"credit_limit,age\r\n200000.0,30\r\n", **{"Content-Type": "text/csv; charset=utf-8"})
    assert answer.json() == {"predictions": [{"probability": pytest.approx(0.23)}]}
    lacking = _send(refusing, b"age\n30\n", **{"Content-Type": "text/csv"})
    assert lacking.status_code == 400
    assert "credit_limit" in lacking.json()["message"]


def test_tokens_are_checked_before_anything_else(refusing: World) -> None:
    """401 without a token, 403 with a wrong one, also for an endpoint that does not exist."""
    for name in (ENDPOINT, "nowhere"):
        url = f"{refusing.url}/serving-endpoints/{name}/invocations"
        assert refusing.http.post(url, json=GOOD).status_code == 401
        wrong = refusing.http.post(url, json=GOOD, headers={"Authorization": "Bearer dapi0000"})
        assert (wrong.status_code, wrong.json()["message"]) == (403, "Invalid access token.")


def test_an_unknown_endpoint_is_not_found(refusing: World) -> None:
    """404 RESOURCE_DOES_NOT_EXIST that names the endpoint."""
    answer = refusing.invoke("nowhere", GOOD)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "nowhere" in answer.json()["message"]
