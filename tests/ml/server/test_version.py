"""What a loaded version answers: the short way and MLflow's give the same bytes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.services.serving.online.rows import OnlineRows
from ml.server.errors import Refused
from ml.server.feature_spec import SpecificationError
from ml.server.online import OnlineStore
from ml.server.plain import records
from ml.server.version import Version, body, load
from tests.ml.server.conftest import ONLINE, ROW, TABLE

_QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_PLAIN = st.fixed_dictionaries(
    {
        "income": st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False),
        "age": st.integers(-(2**53) + 1, 2**53 - 1),
        "owner": st.booleans(),
    }
)
_ANY = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)


def _outcome(answer: Any, payload: dict[str, Any]) -> bytes | tuple[int, str]:
    try:
        found: bytes = answer(payload)
    except Refused as refused:
        return refused.status, refused.message
    return found


@_QUICK
@given(rows=st.lists(_PLAIN, min_size=1, max_size=4))
def test_plain_values_get_the_same_bytes_without_data_frames(raw: Version, rows: list[dict[str, Any]]) -> None:
    """Records and split, nulls included: the short way is open, and its body is the pyfunc's, byte for byte."""
    names = list(rows[0])
    split = {"columns": names[::-1], "data": [[row[name] for name in names[::-1]] for row in rows]}
    for payload in ({"dataframe_records": rows}, {"dataframe_split": split}):
        assert raw.matrix(payload) is not None
        assert raw.answer(payload) == raw.predict(payload)


@_QUICK
@given(rows=st.lists(st.dictionaries(st.sampled_from([*ROW, "more"]), _ANY), min_size=1, max_size=3))
def test_any_other_request_is_judged_by_mlflow(raw: Version, rows: list[dict[str, Any]]) -> None:
    """Missing and extra columns, wrong types, nulls: what is answered or refused, and in which words, does not depend
    on the way.
    """
    payload = {"dataframe_records": rows}
    assert _outcome(raw.answer, payload) == _outcome(raw.predict, payload)


@_QUICK
@given(rows=st.lists(_PLAIN, min_size=2, max_size=40))
def test_a_row_is_answered_alike_alone_and_with_others(raw: Version, rows: list[dict[str, Any]]) -> None:
    """Requests that are answered together get the bytes that each would get alone."""
    assert raw.plain is not None
    matrices = [raw.matrix({"dataframe_records": [row]}) for row in rows]
    given = [matrix for matrix in matrices if matrix is not None]
    together = records(raw.plain.model.predict_matrix(np.concatenate(given)))
    assert [body([answer]) for answer in together] == [raw.predict({"dataframe_records": [row]}) for row in rows]


def test_features_are_looked_up_by_key_and_the_request_wins(looking: Version) -> None:
    """Client 1's features, and an income of its own; the time of publishing comes with what was looked up."""
    payload, published_at = looking.completed(
        {"dataframe_records": [{"client_id": 1}, {"client_id": 1.0, "income": 9}]}
    )
    assert payload == {"dataframe_records": [ROW, {**ROW, "income": 9}]}
    assert published_at is not None
    whole, nothing = looking.completed({"dataframe_records": [{"client_id": 9, **ROW}]})
    assert (whole, nothing) == ({"dataframe_records": [ROW]}, None)


@pytest.mark.parametrize("client", [2, 99])
def test_a_null_that_the_model_refuses_is_a_bad_request(looking: Version, client: int) -> None:
    """Client 2 has no age, client 99 has nothing."""
    payload, _ = looking.completed({"dataframe_records": [{"client_id": client}]})
    with pytest.raises(Refused, match="age") as raised:
        looking.answer(payload)
    assert (raised.value.status, raised.value.error_code) == (400, "BAD_REQUEST")


def test_what_is_published_later_is_read_without_a_restart(looking: Version, store: OnlineRows) -> None:
    """The newest online table of the source is read; once it is gone, the one before."""
    store.replace("prod.credit_gold.newer", [("1", {**ROW, "age": 17})])
    store.announce("prod.credit_gold.newer", TABLE, key_is_text=False, published_at=4e9)
    asked = {"dataframe_records": [{"client_id": 1}]}
    assert looking.completed(asked)[0]["dataframe_records"][0]["age"] == 17
    store.delete("prod.credit_gold.newer")
    assert looking.completed(asked)[0]["dataframe_records"][0]["age"] == 41


def test_a_table_that_is_not_published_is_not_found(folder: Path, tmp_path: Path) -> None:
    """404 that names the table; a request that brings all its features is answered."""
    empty = OnlineRows(tmp_path / "online.db")
    version = load(folder, "7", empty.file)
    with pytest.raises(Refused, match=f"'{TABLE}' are not published online") as raised:
        version.completed({"dataframe_records": [{"client_id": 1}]})
    assert (raised.value.status, raised.value.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")
    payload, _ = version.completed({"dataframe_records": [{"client_id": 1, **ROW}]})
    assert 0 < json.loads(version.answer(payload))["predictions"][0]["probability"] < 1
    empty.close()


def test_what_is_packed_wrongly_does_not_load(folder: Path, store: OnlineRows, tmp_path: Path) -> None:
    """A specification of an unknown version, none at all, and a look-up without a store."""
    (tmp_path / "MLmodel").write_bytes((folder / "MLmodel").read_bytes())
    with pytest.raises(SpecificationError, match=r"needs data/feature_store/feature_spec\.yaml"):
        load(tmp_path, "7", store.file)
    inner = tmp_path / "data" / "feature_store"
    (inner / "raw_model").mkdir(parents=True)
    (inner / "raw_model" / "MLmodel").write_text("{}")
    (inner / "feature_spec.yaml").write_text("{serialization_version: 99, input_columns: []}")
    with pytest.raises(SpecificationError, match="serialization_version 99 is not one of 8, 9, 10, 11"):
        load(tmp_path, "7", store.file)
    (tmp_path / "MLmodel").write_text("flavors: [")
    with pytest.raises(SpecificationError, match="MLmodel cannot be read"):
        load(tmp_path, "7", store.file)
    with pytest.raises(FileNotFoundError, match="say in which file, with --online-store"):
        load(folder, "7", None)


def test_a_text_that_no_store_holds_is_an_unknown_key(looking: Version, tmp_path: Path) -> None:
    """Half of a surrogate pair, which JSON lets through and SQLite does not: nothing is found, and nothing fails."""
    rows = OnlineRows(tmp_path / "online.db")
    rows.replace(ONLINE, [("a", ROW)])
    rows.announce(ONLINE, TABLE, key_is_text=True, published_at=1.0)
    version = replace(looking, store=OnlineStore(rows.file))
    payload, _ = version.completed({"dataframe_records": [{"client_id": "\ud800"}, {"client_id": "a"}]})
    assert payload == {"dataframe_records": [dict.fromkeys(ROW), ROW]}
    rows.close()


def test_reasons_are_answered_on_request_and_cost_nothing_without(looking: Version, raw: Version) -> None:
    """`params` of a request goes to the model, past the look-up; a request without it gets the bytes it always got."""
    payload = {"dataframe_records": [ROW]}
    plain = raw.answer(payload)
    assert raw.matrix(payload) is not None
    assert raw.answer({**payload, "params": {"reasons": 0}}) == plain == raw.answer({**payload, "params": {}})
    asked = {"dataframe_records": [{"client_id": 1}], "params": {"reasons": 3}}
    completed, _ = looking.completed(asked)
    assert looking.matrix(completed) is None
    (answer,) = json.loads(looking.answer(completed))["predictions"]
    (usual,) = json.loads(plain)["predictions"]
    assert answer["probability"] == usual["probability"]
    pulls = [each["contribution"] for each in answer["reasons"]]
    assert {each["feature"] for each in answer["reasons"]} == set(ROW)
    assert answer["base_value"] + sum(pulls) == pytest.approx(answer["raw_answer"])
    assert answer["raw_answer"] * 1.3 - 0.4 == pytest.approx(np.log(usual["probability"] / (1 - usual["probability"])))


@pytest.mark.parametrize(("reasons", "said"), [(-1, "reasons is -1: give how many"), ("two", "Can not safely convert")])
def test_reasons_that_are_no_number_are_refused(raw: Version, reasons: object, said: str) -> None:
    """400, in words."""
    with pytest.raises(Refused, match=said) as refused:
        raw.answer({"dataframe_records": [ROW], "params": {"reasons": reasons}})
    assert refused.value.status == 400
