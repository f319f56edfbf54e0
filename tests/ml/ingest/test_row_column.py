"""Files whose records name themselves by nothing: the position in the file does, with the file's period."""

from dataclasses import replace

import pytest

from ml.declarations import Column, DeclarationError, Feed, Layer, OnRepeat, Table, Topic
from ml.declarations.sources import Login
from tests.ml.lake import HEADERS, Lake

LINES = Feed(
    name="lines",
    silver=Table(
        name="lines",
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per line.",
        keys=("known_month", "line"),
        columns=(
            Column(name="known_month", type="date", comment="When it became known."),
            Column(name="line", type="bigint", comment="Position in the file."),
            Column(name="amount", type="double", comment="How much."),
        ),
    ),
    period_column="known_month",
    row_column="line",
    on_repeat=OnRepeat.KEEP_NEWEST,
)


@pytest.mark.fast
def test_a_row_column_is_not_received_and_decides_verdicts() -> None:
    """A feed without one has the fingerprint that it always had."""
    assert LINES.raw_columns == ("amount",)
    other = replace(LINES, row_column=None, silver=replace(LINES.silver, keys=("known_month",)))
    assert other.raw_columns == ("line", "amount")
    assert LINES.fingerprint != replace(LINES, row_column=None).fingerprint


@pytest.mark.fast
def test_a_row_column_is_a_bigint_of_files() -> None:
    """Anything else is refused where it is declared."""
    with pytest.raises(DeclarationError, match="row_column 'amount' is no bigint column: declare it as one"):
        replace(LINES, row_column="amount")
    topic = Topic(name="lines", secrets="bus", login=Login.NONE)
    with pytest.raises(DeclarationError, match="has no files: leave it out"):
        replace(LINES, source=topic)


def test_equal_lines_stay_and_a_corrected_file_replaces_line_by_line(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two equal records of one file are two rows; of the file that comes again the changed line counts."""
    monkeypatch.setitem(HEADERS, "lines", LINES.raw_columns)
    lake.land("lines", "2023-01", [5], [5], ["n/a"], [7])
    lake.load(LINES)
    lake.refine(LINES)
    assert lake.rows("silver.lines", "line", "amount") == [(1, 5.0), (2, 5.0), (4, 7.0)]
    lake.land("lines", "2023-01", [5], [6], [8], [7])
    lake.load(LINES, "2")
    lake.refine(LINES, "2")
    assert lake.rows("silver.lines", "line", "amount") == [(1, 5.0), (2, 6.0), (3, 8.0), (4, 7.0)]
