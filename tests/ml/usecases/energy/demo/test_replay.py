"""The files that arrive."""

from pathlib import Path

import pandas as pd
import pytest

from ml.usecases.energy.demo.generate import COLUMNS, FEEDS, generate
from ml.usecases.energy.demo.replay import read, replay
from ml.usecases.energy.demo.truth import HOLIDAYS, SITES

pytestmark = pytest.mark.fast

_DAYS = 3


def test_every_record_arrives_once(tmp_path: Path) -> None:
    """In a file a day and feed, named by the day's last hour; the first one of the weather has two days."""
    raw = generate(_DAYS)
    written = replay(raw, tmp_path)
    day = 24 * len(SITES)
    assert [(path.parent.name, path.stem, len(pd.read_csv(path))) for path in written] == [
        *(("loads", f"2024-02-0{number}T23", day) for number in (5, 6, 7)),
        ("weather", "2024-02-05T23", 2 * day),
        *(("weather", f"2024-02-0{number}T23", day) for number in (6, 7)),
        ("holidays", "2024-02-05T23", len(HOLIDAYS)),
    ]
    loads = pd.concat([pd.read_csv(path, dtype=str) for path in written if path.parent.name == "loads"])
    sent = raw.loc[raw["feed"] == "loads", list(FEEDS["loads"])]
    pd.testing.assert_frame_equal(loads.reset_index(drop=True), sent.reset_index(drop=True), check_dtype=False)


def test_a_raw_file_is_read_as_it_was_generated(tmp_path: Path) -> None:
    """Every value is text."""
    raw = generate(_DAYS)
    raw.to_csv(tmp_path / "raw.csv", index=False)
    pd.testing.assert_frame_equal(read(tmp_path / "raw.csv"), raw, check_dtype=False)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (
            lambda raw: raw.drop(columns="load_kwh"),
            r"columns \['load_kwh'\] are missing; the raw format has feed, deliv",
        ),
        (
            lambda raw: raw.assign(feed="loads"[::-1]),
            r"column feed has \['sdaol'\]; records are of loads, weather, hol",
        ),
    ],
)
def test_a_raw_file_of_another_form_is_refused(tmp_path: Path, broken: object, says: str) -> None:
    """With what it needs."""
    assert callable(broken)
    broken(generate(1)).to_csv(tmp_path / "raw.csv", index=False)
    with pytest.raises(ValueError, match=says):
        read(tmp_path / "raw.csv")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(ValueError, match=r"none.csv cannot be read"):
        read(tmp_path / "none.csv")
    assert COLUMNS[:2] == ("feed", "delivered")
