"""What the report says of slices and of estimates, from rows as SQL answers them."""

from dataclasses import replace
from typing import Any

from cli.demo.found import estimates, worst_slices
from ml.usecases import use_case
from tests.cli.demo import made

_ROW: dict[str, Any] = {
    "model_version": "1",
    "column": "",
    "lower": None,
    "upper": None,
    "verdict": "recorded",
    "rows": "500",
    "slice": None,
    "in_training": "false",
}


def _metric(period: str, metric: str, value: str | None, **other: Any) -> dict[str, Any]:
    return {**_ROW, "period": period, "metric": metric, "value": value, **other}


def test_each_estimate_is_paired_with_what_came_true() -> None:
    """Two periods of three: the third has no outcomes yet, and one that was trained on proves nothing."""
    bounds = {"lower": "0.7", "upper": "0.8"}
    metrics = [
        _metric("2025-01", "expected_roc_auc", "0.75", **bounds),
        _metric("2025-01", "roc_auc", "0.77"),
        _metric("2025-02", "expected_roc_auc", "0.76", **bounds),
        _metric("2025-02", "roc_auc", "0.60"),
        _metric("2025-03", "expected_roc_auc", "0.76", **bounds),
        _metric("2025-03", "roc_auc", None),
        _metric("2024-12", "expected_roc_auc", "0.76", **bounds),
        _metric("2024-12", "roc_auc", "0.75", in_training="true"),
    ]
    assert estimates(use_case("credit").models[0], replace(made.records(), metrics=metrics)) == [
        {
            "metric": "ROC AUC",
            "periods": 2,
            "came_true_inside_the_interval": "1 of 2",
            "mean_difference": "0.09",
            "newest": "2025-02: 0.76 expected, 0.6 came true",
        }
    ]


def test_slices_that_were_found_are_listed_the_newest_first() -> None:
    """With size and interval; a period without any adds no row."""
    found = {"column": "slice 1", "lower": "0.4", "upper": "1.2", "slice": "age > 60"}
    metrics = [
        _metric("2025-01", "slice_loss", "0.8", **found),
        _metric("2025-02", "slice_loss", "0.9", **{**found, "slice": "age <= 30"}),
        _metric("2025-03", "slice_loss", "0.0", column="slice 1"),
    ]
    told = worst_slices(replace(made.records(), metrics=metrics))
    assert [(row["period"], row["slice"], row["worse_by"]) for row in told] == [
        ("2025-02", "age <= 30", "90% of the hold-out's loss"),
        ("2025-01", "age > 60", "80% of the hold-out's loss"),
    ]
    assert told[0]["interval"] == "40% to 120%"
