"""One series goes back to an earlier version's row; every other one stays as it is."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ml.problems.forecasting.returning import Numbered, returned, take_back
from ml.problems.forecasting.served import FLEET, NAMES, SETTINGS_FILE, TABLE_FILE, weight
from ml.problems.learning import Live, Parted, UnknownPartError
from ml.problems.registry import problem_of
from ml.usecases import use_case
from tests.ml.problems.series import FORECASTING

pytestmark = pytest.mark.fast


def _table(version: int, rows: dict[str, tuple[str, int]]) -> Numbered:
    """Of each series the candidate with all the weight, and the version that its row was fitted for."""
    found = pd.DataFrame(0.0, index=pd.Index(list(rows), name="series"), columns=[weight(name) for name in NAMES])
    for series, (name, _) in rows.items():
        found.loc[series, weight(name)] = 1.0
    chosen, kept = [name for name, _ in rows.values()], [since for _, since in rows.values()]
    return Numbered(version=version, rows=found.assign(error=1.0, chosen=chosen, reason="", rows=9, kept_from=kept))


FIRST = _table(1, {"a": ("tsb", 0), "b": ("mean", 0), FLEET: ("mean", 0)})
SECOND = _table(2, {"a": ("theta", 0), "b": ("mean", 1), "born": ("theta", 0), FLEET: ("theta", 0)})


def test_one_series_goes_back_and_the_others_say_whose_they_are() -> None:
    """The row of the first version, with why; what was new in the second is kept of it, and the fleet's row is own."""
    table = returned(SECOND, FIRST, "a", "complaints", trees=True)
    assert table is not None
    assert table["chosen"].to_dict() == {"a": "tsb", "b": "mean", "born": "theta", FLEET: "theta"}
    assert table["kept_from"].to_dict() == {"a": 1, "b": 1, "born": 2, FLEET: 0}
    assert table["reason"]["a"] == "rolled back from version 2 to 1: complaints"
    assert table.dtypes.equals(SECOND.rows.dtypes)


def test_back_and_forth_ends_where_it_began() -> None:
    """The third version, asked again, takes the row that the second one had."""
    third = returned(SECOND, FIRST, "a", "complaints", trees=True)
    assert third is not None
    fourth = returned(Numbered(version=3, rows=third), SECOND, "a", "better after all", trees=True)
    assert fourth is not None
    weights = [weight(name) for name in NAMES]
    pd.testing.assert_frame_equal(fourth[weights], SECOND.rows[weights])
    assert fourth["kept_from"]["a"] == 2


@pytest.mark.parametrize("series", ["b", "born"])
def test_a_row_that_was_no_other_is_nothing_to_go_back_to(series: str) -> None:
    """The second version had kept it of the first, or the first did not have the series."""
    assert returned(SECOND, FIRST, series, "complaints", trees=True) is None


@pytest.mark.parametrize(
    ("earlier", "series", "trees", "said"),
    [
        (FIRST, "c", True, "version 2 has no series 'c': it has a, b, born"),
        (FIRST, FLEET, True, "version 2 has no series ''"),
        (_table(1, {"a": ("all_series", 0)}), "a", False, "weighs a candidate that version 2 does not have"),
    ],
)
def test_what_cannot_go_back_is_refused(earlier: Numbered, series: str, trees: bool, said: str) -> None:
    """An unknown series, the fleet's own row, and a row that the model over all series has to answer."""
    with pytest.raises(UnknownPartError, match=said):
        returned(SECOND, earlier, series, "complaints", trees=trees)


def test_the_files_of_the_live_version_change_and_the_decisions_are_told(tmp_path: Path) -> None:
    """The table in its folder is the new one; a version without a table has no series to give back."""
    for table in (FIRST, SECOND):
        folder = tmp_path / str(table.version)
        folder.mkdir()
        table.rows.reset_index().to_parquet(folder / TABLE_FILE, index=False)
        (folder / SETTINGS_FILE).write_text(json.dumps({"trees": None}))
    first, second = (Live(version=each, folder=tmp_path / str(each)) for each in (1, 2))
    decided = take_back("a", second, first, "complaints")
    assert decided is not None
    assert decided.set_index("series")["chosen"]["a"] == "tsb"
    assert pd.read_parquet(second.folder / TABLE_FILE).set_index("series")["chosen"]["a"] == "tsb"
    with pytest.raises(UnknownPartError, match="version 7 has no table of series"):
        take_back("a", second, Live(version=7, folder=tmp_path), "complaints")


def test_a_fleet_has_parts_and_a_single_model_has_none() -> None:
    """Whoever asks for a part of the latter is refused."""
    assert isinstance(problem_of(FORECASTING), Parted)
    assert not isinstance(problem_of(use_case("credit").models[0].problem), Parted)
