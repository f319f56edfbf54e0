"""Features without a model: what is looked up by key is the answer."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from localcloud.services.serving.online.rows import OnlineRows
from ml.server import feature_spec, features
from ml.server.app import Application
from ml.server.feature_spec import SpecificationError
from tests.ml.server.conftest import ROW


@pytest.fixture
def specification(folder: Path, tmp_path: Path) -> Path:
    """A folder that holds the specification of the packed version, and no model."""
    text = (folder / feature_spec.FOLDER / feature_spec.FILE).read_text()
    (tmp_path / feature_spec.FILE).write_text(text)
    return tmp_path


def _ask(served: features.Features, body: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Application(served))
        async with httpx.AsyncClient(transport=transport, base_url="http://features") as client:
            return await client.post("/invocations", json=body)

    return asyncio.run(ask())


def test_a_key_is_answered_with_its_features(specification: Path, store: OnlineRows) -> None:
    """In the order of the request, named as Databricks names them; what a row brings wins; an unknown key has nulls."""
    assert features.is_specification(specification)
    served = features.load(specification, "1", store.file)
    rows = [{"client_id": 2}, {"client_id": 1, "age": 30}, {"client_id": 99}]
    answer = _ask(served, {"dataframe_records": rows})
    assert answer.json() == {"outputs": [{**ROW, "age": None}, {**ROW, "age": 30}, dict.fromkeys(ROW)]}
    assert float(answer.headers["features-age-s"]) >= 60
    assert answer.headers["served-entity-version"] == "1"


def test_many_keys_are_answered_beside_the_event_loop(specification: Path, store: OnlineRows) -> None:
    """A large request goes its own way, to the same answer."""
    answer = _ask(features.load(specification, "1", store.file), {"inputs": {"client_id": [1, 2] * 20_000}})
    outputs = answer.json()["outputs"]
    assert (len(outputs), outputs[0], outputs[-1]) == (40_000, ROW, {**ROW, "age": None})


def test_what_cannot_be_answered_is_refused(specification: Path, store: OnlineRows) -> None:
    """A row without its key, features that are too old, no store, and a specification that cannot be read."""
    served = features.load(specification, "1", store.file)
    missing = _ask(served, {"dataframe_records": [{"age": 3}]})
    assert (missing.status_code, missing.json()["error_code"]) == (400, "BAD_REQUEST")
    old = features.load(specification, "1", store.file, timedelta(seconds=1).total_seconds())
    assert _ask(old, {"dataframe_records": [{"client_id": 1}]}).status_code == 503
    assert max(served.published().values()) < datetime.now(UTC).timestamp()
    with pytest.raises(FileNotFoundError, match="say in which file"):
        features.load(specification, "1", None)
    (specification / feature_spec.FILE).write_text("input_columns: 3")
    with pytest.raises(SpecificationError, match="cannot be read"):
        features.load(specification, "1", store.file)
