"""Replaying a raw credit file as monthly landing files."""

from pathlib import Path

import pandas as pd
import pytest

from ml.usecases.credit.demo.generate import LABEL, generate
from ml.usecases.credit.demo.movements import COLUMNS
from ml.usecases.credit.demo.replay import ReplayError, first_row_of, read, replay
from ml.usecases.credit.demo.story import STORY


def test_months_follow_the_order_of_ids_and_labels_come_a_month_later(tmp_path: Path) -> None:
    """Seven shuffled clients in three months: 2, 2 and 3; the year turns."""
    raw = generate(7, seed=1).sample(frac=1, random_state=5)
    written = replay(raw, tmp_path, first_month="2023-11", months=3)
    assert [str(path.relative_to(tmp_path)) for path in written] == [
        "applications/2023-11.csv",
        "applications/2023-12.csv",
        "applications/2024-01.csv",
        "labels/2023-12.csv",
        "labels/2024-01.csv",
        "labels/2024-02.csv",
        "movements/2023-08.csv",
        "movements/2023-09.csv",
        "movements/2023-10.csv",
        "movements/2023-11.csv",
        "movements/2023-12.csv",
    ]
    months = [pd.read_csv(path)["ID"].tolist() for path in written[:6]]
    assert months == [[1, 2], [3, 4], [5, 6, 7]] * 2
    assert [first_row_of(month, rows=7, months=3) for month in range(3)] == [0, 2, 4]
    assert list(pd.read_csv(written[3]).columns) == ["ID", LABEL]
    assert LABEL not in pd.read_csv(written[0]).columns
    assert pd.read_csv(written[5])[LABEL].tolist() == raw.sort_values("ID")[LABEL].tolist()[4:]


def test_a_movement_stands_in_the_file_of_its_own_month(tmp_path: Path) -> None:
    """One to three months before its client applied; a source without movements has no such files."""
    raw = generate(7, seed=1)
    written = {path.stem: pd.read_csv(path) for path in replay(raw, tmp_path, first_month="2023-11", months=3)[6:]}
    assert {month: frame["ID"].tolist() for month, frame in written.items()} == {
        "2023-08": [1, 2],
        "2023-09": [1, 2, 3, 4],
        "2023-10": [1, 2, 3, 4, 5, 6, 7],
        "2023-11": [3, 4, 5, 6, 7],
        "2023-12": [5, 6, 7],
    }
    assert written["2023-12"]["INFLOW"].tolist() == raw["INFLOW_1"].tolist()[4:]
    assert written["2023-08"]["OVERDRAWN_DAYS"].tolist() == raw["OVERDRAWN_DAYS_3"].tolist()[:2]
    bare = replay(raw.drop(columns=list(COLUMNS)), tmp_path / "bare", months=3)
    assert {path.parent.name for path in bare} == {"applications", "labels"}


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    """From a frame or from its file, once or twice: files are known again by their hash."""
    raw = generate(60, seed=1, dirty_ratio=0.2)
    file = tmp_path / "raw.csv"
    raw.to_csv(file, index=False)
    first = [path.read_bytes() for path in replay(raw, tmp_path / "a")]
    assert [path.read_bytes() for path in replay(raw, tmp_path / "a")] == first
    assert [path.read_bytes() for path in replay(file, tmp_path / "b")] == first


def test_values_are_copied_as_they_are(tmp_path: Path) -> None:
    """5.00E+05, blanks, `nan` and a duplicate are ingest's to judge, not replay's."""
    text = generate(2, seed=1).astype(str)
    text.loc[0, ["LIMIT_BAL", "AGE", "SEX"]] = ["5.00E+05", "nan", ""]
    file = tmp_path / "raw.csv"
    pd.concat([text, text.iloc[:1]]).to_csv(file, index=False)
    applications, *_ = replay(file, tmp_path, months=1)
    lines = applications.read_text().splitlines()
    assert [line.split(",")[:3] + line.split(",")[5:6] for line in lines[1:3]] == [["1", "5.00E+05", "", "nan"]] * 2


@pytest.mark.parametrize(
    ("change", "months", "first_month", "message"),
    [
        ({"AGE": None}, 2, "2023-01", r"columns \['AGE'\] are missing; the raw format has ID, LIMIT_BAL"),
        ({"ID": ["1", "x", "3"]}, 2, "2023-01", r"ID 'x' in row 2 is no number"),
        ({}, 4, "2023-01", r"months=4 for 3 rows; allowed are 1\.\.3"),
        ({}, 0, "2023-01", r"months=0 for 3 rows; allowed are 1\.\.3"),
        ({}, 2, "January", r"first_month 'January' is not a month; write it as YYYY-MM"),
    ],
)
def test_bad_input_is_refused(
    tmp_path: Path, change: dict[str, list[str] | None], months: int, first_month: str, message: str
) -> None:
    """With what was given and what is allowed; no file is written."""
    raw = generate(3, seed=1).astype(str)
    for column, values in change.items():
        raw = raw.drop(columns=column) if values is None else raw.assign(**{column: values})
    with pytest.raises(ReplayError, match=message):
        replay(raw, tmp_path / "landing", first_month=first_month, months=months)
    assert not (tmp_path / "landing").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", None])
def test_an_unreadable_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Empty, not text, or not there."""
    file = tmp_path / "raw.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ReplayError, match=r"raw\.csv is not a readable UTF-8 CSV file"):
        read(file)


def test_the_story_brings_data_of_every_feed(tmp_path: Path) -> None:
    """What the demo command relies on: seeded rows that replay into landing files of the use case's feeds."""
    raw = STORY.generate()
    assert raw["ID"].nunique() == 30_000
    written = STORY.replay(raw, tmp_path)
    assert {path.parent.name for path in written} == {"applications", "labels", "movements"}
    assert len(written) == 30 + 30 + 32


def test_a_record_with_a_trailing_comma_is_refused(tmp_path: Path) -> None:
    """A lenient reader takes the first column for an index and shifts every value by one, without a word."""
    whole = tmp_path / "raw.csv"
    generate(20, seed=1).to_csv(whole, index=False)
    header, first, *others = whole.read_text().splitlines()
    whole.write_text("\n".join([header, first, *(f"{line}," for line in others)]) + "\n")
    with pytest.raises(ReplayError, match=r"row 2 has 32 fields, the header has 31; correct the row"):
        replay(whole, tmp_path / "landing")
