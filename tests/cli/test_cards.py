"""Copies of model cards, from a real MLflow server."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.cards import save_cards
from cli.history import Version
from tests.needs import starts

if TYPE_CHECKING:
    from mlflow import MlflowClient


@pytest.fixture(scope="module")
@starts("mlflow")
def client(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[MlflowClient]":
    """A client of a server of its own."""
    from mlflow import MlflowClient  # noqa: PLC0415

    from localcloud.services.mlflow.server import MlflowServer  # noqa: PLC0415

    server = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    yield MlflowClient(tracking_uri=server.start())
    server.stop()


def _version(number: int, **tags: str) -> Version:
    return Version(number=number, created="day 1", tags=tags, aliases=())


def test_a_version_with_a_card_has_a_copy_of_it_and_others_have_none(client: "MlflowClient", tmp_path: Path) -> None:
    """By the tag of the version; what is no card of a run is not fetched. The newest card replaces the copy."""
    run_id = client.create_run(client.create_experiment("e")).info.run_id
    client.log_text(run_id, "first", "model_card.html")
    named = [
        _version(1),
        _version(2, model_card=f"runs:/{run_id}/model_card.html"),
        _version(3, model_card=f"runs:/{run_id}/../model_card.html"),
    ]
    assert save_cards(client, "risk", named, tmp_path / "cards") == {2: tmp_path / "cards" / "risk-2.html"}
    client.log_text(run_id, "second", "model_card.html")
    save_cards(client, "risk", named, tmp_path / "cards")
    assert (tmp_path / "cards" / "risk-2.html").read_text() == "second"
    assert [each.name for each in (tmp_path / "cards").iterdir()] == ["risk-2.html"]
