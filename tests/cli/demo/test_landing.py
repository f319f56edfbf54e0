"""What arrives in the demo, and when."""

from pathlib import Path

import pandas as pd
import pytest

from cli.demo.landing import Files, Landing, Periods, irregular_files, prepare
from cli.demo.stories import story_of
from ml.declarations import Calendar, Period
from ml.usecases.credit.demo.generate import generate
from ml.usecases.credit.demo.movements import COLUMNS
from ml.usecases.demand.demo.generate import generate as generate_invoices
from ml.usecases.demand.demo.replay import replay as invoices


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
        (arrival.period, months(arrival.files, "applications"), months(arrival.files, "labels"))
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
    assert story_of("credit").shift_period == generated.arrivals[0].period == "2025-02"


@pytest.mark.parametrize(
    ("period", "name", "month"),
    [
        (Period.HOUR, "2025-01-31T23", "2025-01"),
        (Period.DAY, "2025-01-31", "2025-01"),
        (Period.WEEK, "2025-W05", "2025-01"),
        (Period.WEEK, "2025-W06", "2025-02"),
        (Period.MONTH, "2025-02", "2025-02"),
    ],
)
def test_a_file_lands_with_the_month_in_which_its_period_begins(period: Period, name: str, month: str) -> None:
    """Whatever period the files are named by: stories tell what the use case is judged by."""
    assert Periods(Calendar(period=period), Calendar())(Path(f"{name}.csv")) == month


def test_files_of_days_land_with_their_month() -> None:
    """All days of the months that were asked for, and no other."""
    days = {"visits": tuple(Path(f"{day}.csv") for day in ("2025-01-30", "2025-02-01", "2025-02-28", "2025-03-01"))}
    month = Periods(Calendar(period=Period.DAY), Calendar())
    assert month.of(days) == ["2025-01", "2025-02", "2025-03"]
    assert month.chosen(days, ["2025-02"]) == {"visits": (Path("2025-02-01.csv"), Path("2025-02-28.csv"))}


def test_a_use_case_that_is_judged_by_weeks_lands_by_weeks() -> None:
    """Days go with the week that they lie in, also over the turn of the year."""
    week = Periods(Calendar(period=Period.DAY), Calendar(period=Period.WEEK))
    days = {"visits": tuple(Path(f"{day}.csv") for day in ("2024-12-29", "2024-12-30", "2025-01-05", "2025-01-06"))}
    assert week.of(days) == ["2024-W52", "2025-W01", "2025-W02"]


def test_a_file_that_no_period_names_is_refused() -> None:
    """With how the use case's periods are spelled."""
    with pytest.raises(ValueError, match="'2025-02' is no day: write it as YYYY-MM-DD"):
        Periods(Calendar(period=Period.DAY), Calendar())(Path("2025-02.csv"))


def test_a_folder_of_daily_files_lands_by_the_weeks_that_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, day by day; its name changes with what the files hold."""
    monkeypatch.setenv("MLOPS_HOME", str(tmp_path / "home"))
    folder, story = tmp_path / "by-day", story_of("demand")
    folder.mkdir()
    for path in invoices(generate_invoices(weeks=66), tmp_path):
        if path.parent.name == "sales":
            path.rename(folder / path.name)
    found = prepare("demand", story, folder)
    files = sorted(folder.glob("*.csv"))
    late, wrong, again = irregular_files(files[: 2 * 53])
    assert [path.name for path in found.history["sales"]] == [
        path.name for path in files[: 2 * 53] if path.name != late.name
    ]
    # The three come with the first delivery: late, corrected, and once more as it was.
    assert [path.name for path in found.arrivals[0].files["sales"]][:3] == [late.name, wrong.name, again.name]
    right, spoiled = (
        next(path for path in given["sales"] if path.name == wrong.name)
        for given in (found.arrivals[0].files, found.history)
    )
    old, new = pd.read_csv(right, dtype=str), pd.read_csv(spoiled, dtype=str)
    changed = (old["UnitPrice"] != new["UnitPrice"]).to_numpy().nonzero()[0]
    assert changed.tolist() == [0, 1, 2, 3, 4]
    assert old.drop(columns="UnitPrice").equals(new.drop(columns="UnitPrice"))
    assert found.rows["sales"] == sum(len(pd.read_csv(path, dtype=str)) for path in files) + len(new)
    assert [arrival.period for arrival in found.arrivals] == list(story.deliveries[1:])
    assert found.rows["offers"] == 0
    assert found.holdout_start == story.holdout_start
    with files[-1].open("a", encoding="utf-8") as file:
        file.write("1,22633,X,1,2011-12-11 09:00:00,2.50,,France\n")
    again = prepare("demand", story, folder)
    assert (again.rows["sales"], again.name != found.name) == (found.rows["sales"] + 1, True)
