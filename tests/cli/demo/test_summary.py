"""How a version's measure is shown with its interval."""

from cli.demo.report import _measured
from cli.demo.summary import INTERVAL, interval_of


def test_a_measure_is_shown_with_its_interval_if_its_training_took_one() -> None:
    """Both ends; a version of an earlier release has none, and shows the value alone."""
    row = {"env": "prod", "version": 2, "roc_auc": 0.8042, "roc_auc_lower": 0.79111, "roc_auc_upper": 0.817}
    assert interval_of(row, "roc_auc") == "0.7911..0.8170"
    assert interval_of({"roc_auc": 0.8042}, "roc_auc") == ""
    rows = [row | {INTERVAL: "0.7911..0.8170"}, {"env": "prod", "version": 1, "roc_auc": 0.7, INTERVAL: ""}]
    assert _measured(rows, "roc_auc", 2) == ("0.8042", ", 95 % interval 0.7911 to 0.8170")
    assert _measured(rows, "roc_auc", 1) == ("0.7000", "")
    assert _measured(rows, "roc_auc", 3) == ("unknown", "")
