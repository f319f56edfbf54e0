"""A release says which places beside Databricks it did not move."""

import argparse

import pytest

from ml.release.other_places import add_flag, left_behind


def _parsed(*arguments: str) -> tuple[str, ...]:
    flags = argparse.ArgumentParser()
    add_flag(flags)
    found: tuple[str, ...] = flags.parse_args(arguments).other_places
    return found


def test_places_that_serve_are_named_with_what_moves_them() -> None:
    """Both commands, and the version that goes there."""
    assert left_behind(_parsed("--other-places=aks,azure-ml"), "credit", 5) == (
        "aks and azure-ml were not moved and answer as before: version 5 goes there by mlops place credit --to aks; "
        "mlops place credit --to azure-ml"
    )


def test_without_other_places_nothing_is_said() -> None:
    """As by default."""
    assert left_behind(_parsed(), "credit", 5) == ""


def test_an_unknown_place_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With those that there are."""
    with pytest.raises(SystemExit):
        _parsed("--other-places=lambda")
    assert "lambda; allowed are aks, azure-ml" in capsys.readouterr().err
