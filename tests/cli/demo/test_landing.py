"""What arrives in the demo, and when."""

from pathlib import Path

import pytest

from cli.demo.landing import Files, Landing, prepare
from cli.demo.stories import story_of
from ml.usecases.credit.demo.generate import generate
from ml.usecases.credit.demo.movements import COLUMNS


def months(files: Files, feed: str) -> list[str]:
    """The months of a feed's files."""
    return [path.stem for path in files[feed]]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    """The demo's own data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLOPS_HOME", str(tmp_path_factory.mktemp("clouds")))
        return prepare("credit", story_of("credit"), None)


def test_history_comes_at_once_and_its_newest_outcomes_are_not_known_yet(generated: Landing) -> None:
    """Twenty-five months of applications, and the outcomes that were known by then."""
    assert (months(generated.history, "applications")[0], months(generated.history, "applications")[-1]) == (
        "2023-01",
        "2025-01",
    )
    # A file of outcomes is named for the month in which they became known: a month after the application.
    assert (months(generated.history, "labels")[0], months(generated.history, "labels")[-1]) == ("2023-02", "2025-01")


def test_each_delivery_brings_the_outcomes_of_the_months_before(generated: Landing) -> None:
    """Until the last, which comes with its own, so that every landed record can be accounted for."""
    found = [
        (arrival.month, months(arrival.files, "applications"), months(arrival.files, "labels"))
        for arrival in generated.arrivals
    ]
    assert found == [
        ("2025-02", ["2025-02"], ["2025-02"]),
        ("2025-05", ["2025-03", "2025-04", "2025-05"], ["2025-03", "2025-04", "2025-05"]),
        ("2025-06", ["2025-06"], ["2025-06", "2025-07"]),
    ]


def test_movements_come_with_their_month(generated: Landing) -> None:
    """Three months of a client's past are there when the client applies, and every record is counted."""
    assert (months(generated.history, "movements")[0], months(generated.history, "movements")[-1]) == (
        "2022-10",
        "2025-01",
    )
    assert generated.rows["movements"] == 3 * generated.rows["applications"]


def test_the_sample_is_of_the_history(generated: Landing) -> None:
    """Staging tests code; it is not told the future."""
    assert months(generated.sample, "applications") == months(generated.history, "applications")
    assert months(generated.sample, "labels") == months(generated.history, "labels")


def test_a_real_file_has_no_known_shift_but_pinned_months(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest fifth of it judges, and is learned from by nobody."""
    monkeypatch.setenv("MLOPS_HOME", str(tmp_path))
    file = tmp_path / "clients.csv"
    generate(60, seed=3).drop(columns=list(COLUMNS)).to_csv(file, index=False)
    real = prepare("credit", story_of("credit"), file)
    assert real.holdout_start == "2025-01"
    assert real.rows == {"applications": 60, "labels": 60, "movements": 0}


def test_generated_data_has_a_known_shift(generated: Landing) -> None:
    """In the first month that arrives by itself."""
    assert generated.holdout_start == ""
    assert story_of("credit").shift_month == generated.arrivals[0].month == "2025-02"
