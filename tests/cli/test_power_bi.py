"""Data source files for Power BI: their documented fields, and that they hold no secret."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import mlops
from cli.power_bi import pbids, problems
from tests.localcloud.core import Core

WRITTEN = pbids("adb-1.2.azuredatabricks.net", "abc", "prod", "credit_gold")


def test_a_file_has_the_documented_fields_and_no_others() -> None:
    """One connection of the Databricks connector, asked as rows are shown."""
    assert list(problems(WRITTEN)) == []
    [connection] = json.loads(WRITTEN)["connections"]
    assert connection["details"]["address"] == {
        "host": "adb-1.2.azuredatabricks.net",
        "path": "/sql/1.0/warehouses/abc",
    }
    assert connection["options"] == {"Catalog": "prod", "Database": "credit_gold"}
    assert (connection["mode"], connection["details"]["authentication"]) == ("DirectQuery", None)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('"0.1"', '"1.0"', "its version is '1.0', not '0.1'"),
        ('"DirectQuery"', '"Live"', "its mode is 'Live': use one of DirectQuery, Import"),
        ('"databricks-sql"', '"tds"', "its protocol is 'tds'; supported here: databricks-sql"),
        ('"host"', '"server"', "its address has path, server, not host, path"),
        ('"Catalog"', '"Token"', "options has Token, which is not documented"),
        ('"query": null', '"password": "x"', "details has password, which is not documented"),
    ],
)
def test_what_is_not_documented_is_told(was: str, now: str, said: str) -> None:
    """Each with what is there and what is known."""
    assert list(problems(WRITTEN.replace(was, now))) == [said]


@pytest.mark.parametrize("text", ["", "[]", '{"version": "0.1", "connections": []}'])
def test_what_is_no_such_file_is_told(text: str) -> None:
    """Instead of a traceback."""
    [said] = problems(text)
    assert said.startswith("it has no single connection")


def test_a_file_for_each_schema_is_written(commands: CliRunner, served: Core, tmp_path: Path) -> None:
    """For the first warehouse that may be used; without one the message says what is missing."""
    refused = commands.invoke(mlops, ["power-bi", "credit", "--out", str(tmp_path)])
    assert refused.exit_code == 1
    assert "you may not use any SQL warehouse of 'prod'" in refused.stderr
    served.admin().warehouses.create(name="prod-warehouse", cluster_size="2X-Small", max_num_clusters=1)
    said = commands.invoke(mlops, ["power-bi", "credit", "--out", str(tmp_path), "--format", "json"])
    assert said.exit_code == 0, said.stderr
    assert [row["schema"] for row in json.loads(said.stdout)] == ["prod.credit_gold", "prod.credit_ops"]
    for file in ("prod-credit_gold.pbids", "prod-credit_ops.pbids"):
        assert list(problems((tmp_path / file).read_text())) == []
