"""Copies of model cards, next to the page that links them."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cli.history import Version
from ml.versions.training_run import CARD_HTML, CARD_TAG

if TYPE_CHECKING:
    from mlflow import MlflowClient

_PLACE = re.compile(rf"runs:/(?P<run_id>[0-9a-zA-Z_-]+)/{re.escape(CARD_HTML)}")


def save_cards(client: "MlflowClient", model: str, versions: Iterable[Version], folder: Path) -> Mapping[int, Path]:
    """Copy the card's page of each version of `model` that has one into `folder`; returns the paths by version."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {version.number: _PLACE.fullmatch(version.tags.get(CARD_TAG, "")) for version in versions}
    return {
        number: _saved(client, place["run_id"], folder / f"{model}-{number}.html")
        for number, place in found.items()
        if place
    }


def _saved(client: "MlflowClient", run_id: str, target: Path) -> Path:
    with tempfile.TemporaryDirectory() as temporary:
        shutil.copyfile(client.download_artifacts(run_id, CARD_HTML, temporary), target)
    return target
