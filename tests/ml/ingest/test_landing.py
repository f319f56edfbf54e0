"""What lies in a landing folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ml.declarations import Calendar, JsonLines, Period, PeriodFrom, Source
from ml.ingest.landing import entry_problem, name_problem
from ml.streams.deliveries import Delivery, fresh, listed, marks

NOW = datetime(2025, 6, 30, 10, 5, tzinfo=UTC)


def _problems(folder: Path) -> dict[str, str | None]:
    return {each.name: entry_problem(folder / each.name, Source(), Calendar(), NOW) for each in listed(folder)}


def test_only_month_files_are_readable_and_others_say_why(tmp_path: Path) -> None:
    """Hidden files are uploads in progress; everything else that is no month file is refused by name."""
    for name in ("2023-01.csv", ".2023-02.csv.new", "_SUCCESS", "2023-13.csv", "january.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "2023-03.csv").mkdir()
    rename = "is not <YYYY-MM>.csv, the month in which its rows became known; rename it"
    assert _problems(tmp_path) == {
        "2023-01.csv": None,
        "2023-03.csv": "it is a folder; put files directly into the feed's folder",
        "2023-13.csv": f"the name '2023-13.csv' {rename}",
        "january.csv": f"the name 'january.csv' {rename}",
    }


def test_a_name_that_only_looks_like_a_month_is_refused(tmp_path: Path) -> None:
    """Digits that are no Latin ones, a month to come, and one of another age; the month under way may arrive."""
    for name in ("\u0662\u0660\u0662\u0665-11.csv", "2204-01.csv", "0001-01.csv", "2025-07.csv", "2025-06.csv"):
        (tmp_path / name).write_text("x")
    problems = _problems(tmp_path)
    assert problems.pop("2025-06.csv") is None
    foreign = "\u0662\u0660\u0662\u0665-11.csv"
    assert problems == {
        "0001-01.csv": "the name '0001-01.csv' is of a month before 1900; rename it to the correct one",
        "2025-07.csv": "the name '2025-07.csv' is of a month that has not begun (it is 2025-06-30); rename it",
        "2204-01.csv": "the name '2204-01.csv' is of a month that has not begun (it is 2025-06-30); rename it",
        foreign: f"the name {foreign!r} is not <YYYY-MM>.csv, the month in which its rows became known; rename it",
    }


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """A link to nowhere stands for a file whose storage does not answer."""
    (tmp_path / "2023-01.csv").symlink_to(tmp_path / "gone")
    assert list(_problems(tmp_path).values()) == [
        "it cannot be read (No such file or directory); correct its rights or deliver it again"
    ]


def test_a_feed_that_never_delivered_has_no_files(tmp_path: Path) -> None:
    """The first run may come before the first delivery."""
    assert listed(tmp_path / "labels") == []


def test_a_file_that_changed_under_its_name_is_new(tmp_path: Path) -> None:
    """Size and time of change tell it, so no byte of a known file is read."""
    (tmp_path / "2023-01.csv").write_text("x")
    (tmp_path / "2023-02.csv").write_text("x")
    known = marks(listed(tmp_path))
    assert fresh(listed(tmp_path), known) == []
    (tmp_path / "2023-02.csv").write_text("longer")
    (changed,) = fresh(listed(tmp_path), known)
    assert (changed.name, changed.size_bytes) == ("2023-02.csv", 6)
    assert fresh([Delivery(name="2023-01.csv", size_bytes=1, changed_ns=0)], known) != []


@pytest.mark.parametrize(
    ("period", "good", "to_come"),
    [
        (Period.HOUR, "2025-06-30T10", "2025-06-30T11"),
        (Period.DAY, "2025-06-30", "2025-07-01"),
        (Period.WEEK, "2025-W27", "2025-W28"),
    ],
)
def test_names_follow_the_calendar(period: Period, good: str, to_come: str) -> None:
    """The hour, day or week under way may arrive, the next may not."""
    calendar, source = Calendar(period=period), Source(format=JsonLines())
    assert name_problem(f"{good}.jsonl.gz", source, calendar, NOW) is None
    said = name_problem(f"{to_come}.jsonl", source, calendar, NOW)
    assert said == f"the name '{to_come}.jsonl' is of a {period} that has not begun (it is 2025-06-30); rename it"
    wanted = f"<{calendar.name_format}>.jsonl, the {period} in which its rows became known; rename it"
    assert name_problem("2025-06.jsonl", source, calendar, NOW) == f"the name '2025-06.jsonl' is not {wanted}"


def test_where_records_bring_their_period_names_are_free() -> None:
    """But for the ending, which says the format."""
    source = Source(period_from=PeriodFrom.COLUMN)
    assert name_problem("export of Monday.csv", source, Calendar(), NOW) is None
    said = name_problem("export.xlsx", source, Calendar(), NOW)
    assert said == "the name 'export.xlsx' does not end in .csv or .csv.gz; rename it"
