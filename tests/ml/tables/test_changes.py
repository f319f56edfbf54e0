"""What has changed in a table since a version, on real Delta."""

from ml.declarations import Column, Layer, Table
from ml.tables import Tables, changes, frame_of
from ml.tables.backends import changes as feed
from tests.ml.lake import Lake

NAME = "test.credit_silver.notes"
NOTES = Table(
    name="notes",
    layer=Layer.SILVER,
    keys=("client_id",),
    owner="ml-engineers",
    comment="One row per client.",
    columns=(
        Column(name="client_id", type="bigint", comment="Client."),
        Column(name="month", type="string", comment="Month."),
    ),
)


def _merge(tables: Tables, *rows: tuple[int, str]) -> None:
    given = [dict(zip(("client_id", "month"), row, strict=True)) for row in rows]
    tables.merge(NOTES, NAME, frame_of(tables.spark, NOTES, given))


def _told(tables: Tables, seen: changes.Changes) -> tuple[list[tuple[object, ...]], list[object]]:
    rows = sorted(tuple(row) for row in changes.rows(tables, seen).collect())
    return rows, sorted(row["month"] for row in changes.keys(tables, seen, ["month"]).collect())


def test_a_reader_reads_on_from_the_version_it_has_seen(lake: Lake) -> None:
    """A first look sees all; then new rows and rows as they became; the keys of what was before count as touched."""
    tables = lake.tables
    _merge(tables, (1, "2023-01"), (2, "2023-02"))
    first = changes.since(tables, NAME, None)
    assert (first.whole, first.nothing) == (True, False)
    assert _told(tables, first) == ([(1, "2023-01"), (2, "2023-02")], ["2023-01", "2023-02"])
    assert changes.since(tables, NAME, first.until).nothing
    _merge(tables, (2, "2023-03"), (3, "2023-04"))
    second = changes.since(tables, NAME, first.until)
    assert (second.whole, second.nothing) == (False, False)
    assert _told(tables, second) == ([(2, "2023-03"), (3, "2023-04")], ["2023-02", "2023-03", "2023-04"])


def test_a_deleted_rows_key_is_touched_and_the_row_is_gone(lake: Lake) -> None:
    """What follows from it has to be computed again."""
    tables = lake.tables
    _merge(tables, (1, "2023-01"), (2, "2023-02"))
    seen = changes.since(tables, NAME, None).until
    tables.replace(NOTES, NAME, frame_of(tables.spark, NOTES, [{"client_id": 2, "month": "2023-02"}]))
    assert _told(tables, changes.since(tables, NAME, seen)) == ([], ["2023-01"])


def test_a_table_made_anew_is_read_whole() -> None:
    """Its versions start again, so what a reader has seen says nothing of it."""
    assert changes.Changes(full_name=NAME, after=7, until=2).whole


def test_a_table_made_without_the_feed_gets_it(lake: Lake) -> None:
    """From then on its changes are kept; a second call alters nothing."""
    tables = lake.tables
    relation = f"delta.`{lake.root}/test/credit_silver/notes`"
    lake.spark.sql(f"CREATE TABLE {relation} (client_id BIGINT NOT NULL, month STRING NOT NULL) USING delta").collect()
    tables.track_changes(NAME)
    version = tables.version(NAME)
    tables.track_changes(NAME)
    assert tables.version(NAME) == version
    _merge(tables, (1, "2023-01"))
    assert _told(tables, changes.since(tables, NAME, version)) == ([(1, "2023-01")], ["2023-01"])


def test_the_feed_is_asked_by_name_on_databricks_and_by_path_here() -> None:
    """Versions begin after the one that was seen."""
    assert feed("`prod`.`credit_silver`.`x`", 3, 5) == "table_changes('`prod`.`credit_silver`.`x`', 4, 5)"
    assert feed("delta.`/lake/x`", 3, 5) == "table_changes_by_path('/lake/x', 4, 5)"
