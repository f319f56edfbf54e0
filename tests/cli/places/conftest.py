"""A version of credit that prod serves at both places, and its manifests."""

from pathlib import Path

import pytest

from cli.places.export import write_manifests
from tests.cli.places.exported import Place, exported


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Version 3 of credit as it is exported; arguments change what is said of it."""
    return exported(tmp_path_factory.mktemp("places"))


@pytest.fixture
def manifests(place: Place, tmp_path: Path) -> Path:
    """The folder with the manifests of both kinds of version."""
    write_manifests(tmp_path / "looks-up", place())
    write_manifests(tmp_path / "plain", place(looks_up=False))
    return tmp_path
