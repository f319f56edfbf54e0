"""The file of published features: what servers read, written without a log beside it."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databricks.sdk.service.catalog import ColumnInfo, ColumnMask, ColumnTypeName

from cli.errors import CommandError
from cli.places.features import key_is_text, newest_sql, write
from ml.server.feature_spec import LookUp
from ml.server.online import OnlineStore

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLE = "prod.credit_features.client_features"


def _look_up(column: str) -> LookUp:
    return LookUp(name=column, table=TABLE, column=column, keys=("client_id",), default=None)


def test_a_server_reads_what_was_written(tmp_path: Path) -> None:
    """By key, also from a folder that it cannot write to."""
    file = tmp_path / "store" / "online.db"
    file.parent.mkdir()
    assert write(file, TABLE, [("1", {"income": 1250.5}), ("2", {"income": None})], key_is_text=False) == 2
    assert [each.name for each in file.parent.iterdir()] == ["online.db"]
    file.parent.chmod(0o500)
    store = OnlineStore(file)
    found = store.published(TABLE)
    assert found
    assert (found.online_table, found.key_is_text) == (TABLE, False)
    assert store.read(TABLE, ["1", "2", "3"]) == {"1": {"income": 1250.5}, "2": {"income": None}}
    file.parent.chmod(0o700)


def _column(name: str, type_name: ColumnTypeName, mask: ColumnMask | None = None) -> ColumnInfo:
    return ColumnInfo(name=name, type_name=type_name, mask=mask)


@pytest.mark.parametrize(
    ("type_name", "is_text"),
    [(ColumnTypeName.LONG, False), (ColumnTypeName.INT, False), (ColumnTypeName.STRING, True)],
)
def test_a_key_is_text_or_a_whole_number(type_name: ColumnTypeName, *, is_text: bool) -> None:
    """As requests must give it."""
    columns = [_column("client_id", type_name), _column("income", ColumnTypeName.DOUBLE)]
    assert key_is_text(TABLE, columns, [_look_up("income")]) is is_text


def test_a_masked_column_does_not_leave() -> None:
    """Who asks may see it; whoever holds the file would see it too. A column that is not there is named as well."""
    mask = ColumnMask(function_name="prod.credit_ops.hide_int")
    columns = [_column("client_id", ColumnTypeName.LONG), _column("age", ColumnTypeName.INT, mask)]
    with pytest.raises(CommandError, match="age is masked, and would leave Databricks in clear text"):
        key_is_text(TABLE, columns, [_look_up("age")])
    with pytest.raises(CommandError, match="has no income, which the version looks up"):
        key_is_text(TABLE, columns, [_look_up("age"), _look_up("income")])


def test_a_key_is_there_once(tmp_path: Path) -> None:
    """Two rows of one key would leave open which one answers."""
    with pytest.raises(sqlite3.IntegrityError):
        write(tmp_path / "online.db", TABLE, [("1", {}), ("1", {})], key_is_text=False)


def test_the_newest_row_of_each_key_is_asked_for() -> None:
    """With the features that are looked up, and no other column; a null stays one."""
    assert newest_sql(TABLE, [_look_up("income"), _look_up("age")], "snapshot_date") == (
        "select cast(`client_id` as string) as key, "
        "to_json(struct(`age`, `income`), map('ignoreNullFields', 'false')) as body from "
        "(select *, row_number() over (partition by `client_id` order by `snapshot_date` desc) as _place "
        "from `prod`.`credit_features`.`client_features`) where _place = 1"
    )


def test_spark_answers_the_newest_features_with_their_nulls(spark: "SparkSession") -> None:
    """As the file keeps them: a decimal point stays one, a truth a truth, and a null is not left out."""
    spark.sql(
        "create or replace temporary view clients as select * from values "
        "(1, date'2024-01-01', 10.5D, true), (1, date'2024-02-01', 1250.5D, null), (2, date'2024-01-01', null, false) "
        "as t(client_id, snapshot_date, income, owner)"
    )
    statement = newest_sql("a.b.clients", [_look_up("income"), _look_up("owner")], "snapshot_date")
    answered = spark.sql(statement.replace("`a`.`b`.`clients`", "clients")).collect()
    assert sorted((row.key, row.body) for row in answered) == [
        ("1", '{"income":1250.5,"owner":null}'),
        ("2", '{"income":null,"owner":false}'),
    ]
