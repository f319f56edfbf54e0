"""What lies in a landing folder."""

from datetime import date
from pathlib import Path

import pytest

from ml.ingest.landing import landed, name_problem, readable


def test_only_month_files_are_readable_and_others_say_why(tmp_path: Path) -> None:
    """Hidden files are uploads in progress; everything else that is no month file is refused by name."""
    for name in ("2023-01.csv", ".2023-02.csv.new", "_SUCCESS", "2023-13.csv", "january.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "2023-03.csv").mkdir()
    entries = landed(tmp_path)
    assert [path.name for path in readable(entries)] == ["2023-01.csv"]
    rename = "is not <YYYY-MM>.csv, the month in which its rows became known; rename it"
    assert {entry.path.name: entry.problem for entry in entries if entry.problem} == {
        "2023-03.csv": "it is a folder; put files straight into the feed's folder",
        "2023-13.csv": f"the name '2023-13.csv' {rename}",
        "january.csv": f"the name 'january.csv' {rename}",
    }


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """A link to nowhere stands for a file whose storage does not answer."""
    (tmp_path / "2023-01.csv").symlink_to(tmp_path / "gone")
    assert [entry.problem for entry in landed(tmp_path)] == [
        "it cannot be read (No such file or directory); correct its rights or deliver it again"
    ]


def test_a_feed_that_never_delivered_has_no_files(tmp_path: Path) -> None:
    """The first run may come before the first delivery."""
    assert landed(tmp_path / "labels") == []


FOREIGN = "\u0662\u0660\u0662\u0665-11.csv"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("2025-06.csv", None),
        ("2025-07.csv", "the name '2025-07.csv' is of a month that has not begun (today is 2025-06-30); rename it"),
        ("2204-01.csv", "the name '2204-01.csv' is of a month that has not begun (today is 2025-06-30); rename it"),
        ("0001-01.csv", "the name '0001-01.csv' is of a month before 1900; rename it to the month that is meant"),
        (FOREIGN, f"the name {FOREIGN!r} is not <YYYY-MM>.csv, the month in which its rows became known; rename it"),
    ],
)
def test_a_name_that_only_looks_like_a_month_is_refused(name: str, problem: str | None) -> None:
    """A month to come, one of another age, and digits that are no Latin ones; the month under way may arrive."""
    assert name_problem(name, date(2025, 6, 30)) == problem
