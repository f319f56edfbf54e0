"""What a redacted mirror may be declared as, and which columns of which tables it hashes."""

from dataclasses import replace

import pytest

from ml.declarations import DeclarationError, Mirror, mirrored
from ml.usecases import use_case

HEALTH, DEMAND = use_case("health"), use_case("demand")


def test_keys_are_hashed_wherever_they_lie() -> None:
    """Those of features and outcomes, and an event's id, which names the same event."""
    assert {each.table.name: sorted(each.hashed) for each in mirrored(HEALTH.models)} == {
        "visit_features": ["patient_id"],
        "visit_outcomes": ["patient_id"],
    }
    assert {each.table.name: sorted(each.hashed) for each in mirrored(DEMAND.models)} == {
        "demand_features": ["series_step"],
        "demand_outcomes": ["example_id", "series_step"],
    }


def test_what_is_redacted_may_be_null_and_is_no_longer_sensitive() -> None:
    """The mirror needs no masks of its own, and a hash has no largest value."""
    [features] = [each.redacted for each in mirrored(HEALTH.models) if each.table.name == "visit_features"]
    assert (features.column("sex").nullable, features.column("sex").sensitive) == (True, False)
    assert features.column("patient_id").minimum is None
    assert features.column("bmi") == HEALTH.models[0].feature_table.table.column("bmi")


@pytest.mark.parametrize(
    ("mirror", "message"),
    [
        ({"least_keys": 1}, "least_keys is 1: give 2 or more"),
        ({"least_keys": 5, "noised": (("sex", 0.0),)}, "drawn anew in a share of 0.0: give more than 0"),
        ({"least_keys": 5, "noised": (("bmi", 0.3),)}, "draws 'bmi' anew, which is no sensitive column"),
        ({"least_keys": 5, "cells": ("town",)}, r"cells \['town'\], which 'visit_features' has not"),
    ],
)
def test_what_would_protect_nobody_is_refused(mirror: dict[str, object], message: str) -> None:
    """With what to change."""
    with pytest.raises(DeclarationError, match=message):
        replace(HEALTH, mirror=Mirror(**mirror))  # type: ignore[arg-type]  # some are wrong on purpose
