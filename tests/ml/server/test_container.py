"""The image's recipe, laid out as a builder would, and its command run as a process: the same bytes as the server's."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli.places import features, image
from infra.wheel import Wheel, build_wheel
from localcloud.services.serving.online.rows import OnlineRows
from ml.server.container import arguments
from ml.server.version import Version
from tests.ml.server.conftest import ROW, TABLE
from tests.ml.server.containers import LIMIT_S, container, wait_for

BASE = f"registry.example.com/python@sha256:{'0' * 64}"
_ASKED = {
    "the input example": {"dataframe_records": [{"client_id": 1, **ROW}]},
    "by key": {"dataframe_records": [{"client_id": 1}]},
    "several by key, one with a feature": {"dataframe_records": [{"client_id": 1}, {"client_id": 1, "income": 9.5}]},
    "refused: an unknown key": {"dataframe_records": [{"client_id": 1}, {"client_id": 99}]},
    "refused: a key of the wrong type": {"dataframe_records": [{"client_id": "one"}]},
}


@pytest.fixture(scope="module")
def wheel() -> Wheel:
    """The wheel of this checkout."""
    return build_wheel()


@pytest.fixture(scope="module")
def built(folder: Path, wheel: Wheel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the folder of the image."""
    made = tmp_path_factory.mktemp("built")
    image.write(made / "image", model=folder, base=BASE, version=7, wheel=wheel)
    return made


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[httpx.Client]:
    """The server that the image's command starts, with the store that is exported, far from this checkout."""
    store, work = built / "online.db", built / "work"
    work.mkdir()
    features.write(store, TABLE, [("1", ROW)], key_is_text=False)
    with container(built / "image", store, work) as client:
        yield client


@pytest.fixture(scope="module")
def local(folder: Path, store: OnlineRows, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The scoring server as the local cloud's endpoints start it: over a Unix socket."""
    uds = tmp_path_factory.mktemp("uds") / "s"
    command = [sys.executable, "-m", "ml.server.main", "--model", str(folder), "--version", "7"]
    process = subprocess.Popen([*command, "--online-store", str(store.file), "--uds", str(uds)])
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(uds)), base_url="http://model") as client:
            wait_for(client)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=LIMIT_S)


@pytest.mark.parametrize("asked", _ASKED)
def test_the_container_answers_byte_for_byte_as_the_local_server(
    served: httpx.Client, local: httpx.Client, asked: str
) -> None:
    """The same status, version and bytes, for the input example, by key, and for what both refuse."""
    ours, theirs = (client.post("/invocations", json=_ASKED[asked]) for client in (served, local))
    assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)
    assert ours.headers["served-entity-version"] == theirs.headers["served-entity-version"] == "7"
    assert ours.status_code == (400 if asked.startswith("refused") else 200)


def test_what_a_version_looks_up_is_known(folder: Path, built: Path) -> None:
    """So that its features are exported; a plain model has none."""
    found = features.specification(folder)
    assert found
    assert {table: [each.column for each in look_ups] for table, look_ups in found.by_table.items()} == {
        TABLE: ["income", "age", "owner"]
    }
    assert features.specification(built / "image" / "model" / "data" / "feature_store" / "raw_model") is None


def test_without_look_ups_the_features_are_brought(built: Path, raw: Version) -> None:
    """As on Azure Machine Learning: the model that takes features answers, and no store is asked for."""
    given = arguments({"MODEL_VERSION": "7", "MODEL_FOLDER": str(built / "image" / "model"), "LOOK_UPS": "off"})
    assert "--online-store" not in given
    assert given[1].endswith("feature_store/raw_model")
    assert b"probability" in raw.answer({"dataframe_records": [ROW]})


@pytest.mark.parametrize(
    ("environment", "message"),
    [({}, "MODEL_VERSION is not set"), ({"MODEL_VERSION": "7", "LOOK_UPS": "no"}, "allowed are on and off")],
)
def test_a_container_that_says_too_little_does_not_start(environment: dict[str, str], message: str) -> None:
    """With the reason in a line."""
    with pytest.raises(SystemExit, match=message):
        arguments(environment)


def test_the_recipe_is_pinned_and_not_root(built: Path, wheel: Wheel) -> None:
    """Its base by digest, its user by number; what it installs is the version's own list and the server's."""
    recipe = (built / "image" / image.FILE).read_text(encoding="utf-8")
    assert recipe.splitlines()[1] == f"FROM {BASE}"
    assert recipe.splitlines()[-3] == "USER 10001:10001"
    assert "MODEL_VERSION=7" in recipe
    listed = (built / "image" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "mlflow"
    assert {line.split("==")[0] for line in listed} == {"mlflow", "pyyaml", "uvicorn"}
    assert sorted(each.name for each in (built / "image").iterdir()) == sorted(
        ["Containerfile", "model", "requirements.txt", wheel.path.name]
    )
