"""`mlops summarize` on real Spark and Delta: what it says of columns of every kind, who may ask, and what it costs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from cli.main import mlops
from cli.warehouse import Warehouse
from tests.localcloud.core import Core

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCHEMA = "prod.credit_silver"
MIXED = (
    "select id as n, cast(id as decimal(38, 2)) / 4 as d, cast(null as int) as gone, 7 as same,"
    " case id when 0 then double('NaN') when 1 then double('Infinity') when 2 then double('-Infinity')"
    " when 3 then 1.5e308 when 4 then -1.5e308 else id end as wild,"
    " case when id < 60 then 'yes' when id < 90 then 'no' end as answer,"
    " date_add(date'2024-01-01', cast(id as int)) as day, timestamp_seconds(id) as moment,"
    " 9007199254740992 + id % 2 as huge, nullif(id, 5) as some, array(id) as many,"
    " '<script>alert(1)</script>' as `odd``name`, id % 2 = 0 as even from range(100)"
)


@pytest.fixture(scope="module")
def make(house: Core, spark: SparkSession) -> Callable[..., str]:
    """Makes a table of a query in the schema `credit_silver`; returns its name."""
    house.admin().schemas.create("credit_silver", "prod")

    def made(name: str, query: str) -> str:
        full_name = f"{SCHEMA}.{name}"
        house.table(full_name)
        frame = spark.sql(query)
        document = house.cloud.store.require("table", full_name)
        columns = [{"name": each.name, "type_text": each.dataType.simpleString()} for each in frame.schema.fields]
        house.cloud.store.put("table", full_name, {**document, "columns": columns})
        frame.write.format("delta").save(document["storage_location"])
        return full_name

    return made


@pytest.fixture(scope="module")
def mixed(make: Callable[..., str]) -> str:
    """A table with a column of each kind."""
    return make("mixed", MIXED)


def summary(table: str, *more: str) -> dict[str, dict[str, Any]]:
    """What the command says of each column."""
    said = CliRunner().invoke(mlops, ["summarize", table, "--format", "json", *more])
    assert said.exit_code == 0, said.stderr
    return {row["column"]: row for row in json.loads(said.stdout)}


def test_each_kind_of_column_says_what_it_holds(mixed: str) -> None:
    """Numbers and times their ends and quartiles, exact; texts the most frequent values; the rest its nulls."""
    found = summary(mixed)
    number = found["n"]
    assert {name: number[name] for name in ("type", "rows", "nulls", "mean", "min", "max")} == {
        "type": "bigint",
        "rows": 100,
        "nulls": 0,
        "mean": 49.5,
        "min": "0",
        "max": "99",
    }
    assert number["standard_deviation"] == pytest.approx(29.0115, abs=1e-4)
    assert number["distinct_approximate"] == pytest.approx(100, abs=3)
    assert number["quartiles_approximate"] == ["24", "49", "74"]
    assert number["bins"] == [5] * 20
    # Two whole numbers that are the same double.
    assert (found["huge"]["min"], found["huge"]["max"]) == ("9007199254740992", "9007199254740993")
    assert (found["d"]["min"], found["d"]["max"]) == ("0.000000", "24.750000")
    assert (found["day"]["min"], found["day"]["max"]) == ("2024-01-01", "2024-04-09")
    assert found["day"]["quartiles_approximate"] == ["2024-01-25", "2024-02-19", "2024-03-15"]
    assert found["moment"]["quartiles_approximate"][1] == "1970-01-01 00:00:49"
    assert found["answer"]["frequent"] == [{"value": "yes", "rows": 60}, {"value": "no", "rows": 30}]
    assert found["answer"]["nulls"] == 10
    assert found["even"]["frequent"] == [{"value": "false", "rows": 50}, {"value": "true", "rows": 50}]
    assert (found["some"]["nulls"], found["some"]["bins"][:2]) == (1, [5, 4])
    assert (found["many"]["nulls"], found["many"]["distinct_approximate"], found["many"]["bins"]) == (0, None, [])


def test_ugly_columns_have_a_clear_answer(mixed: str) -> None:
    """NaN and infinities are counted and left out, also of values whose distance no double holds."""
    found = summary(mixed)
    wild = found["wild"]
    assert (wild["nan"], wild["infinite"], wild["nulls"]) == (1, 2, 0)
    assert (float(wild["min"]), float(wild["max"])) == (-1.5e308, 1.5e308)
    assert (sum(wild["bins"]), wild["bins"][0], wild["bins"][-1]) == (97, 1, 1)
    gone = found["gone"]
    assert (gone["nulls"], gone["distinct_approximate"], gone["mean"], gone["bins"]) == (100, 0, None, [])
    same = found["same"]
    assert (same["min"], same["max"], same["standard_deviation"]) == ("7", "7", 0.0)
    assert same["bins"] == [100, *[0] * 19]


@pytest.mark.parametrize(
    ("rows", "mean", "deviation", "note"), [(0, None, None, "no rows"), (1, 0.0, None, "constant")]
)
def test_a_table_of_no_row_and_of_one(
    make: Callable[..., str], rows: int, mean: float | None, deviation: float | None, note: str
) -> None:
    """There is no mean of nothing, and no deviation of one value; the terminal says so in a word."""
    table = make(f"rows_{rows}", MIXED.replace("range(100)", f"range({rows})"))
    number = summary(table)["n"]
    assert (number["rows"], number["mean"], number["standard_deviation"]) == (rows, mean, deviation)
    assert note in CliRunner().invoke(mlops, ["summarize", table]).stdout


@pytest.mark.parametrize("columns", [2, 400])
def test_the_number_of_statements_does_not_grow_with_the_table(
    make: Callable[..., str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """Three, of which two read the table, and the answers hold aggregates only: the most rows is bins times columns."""
    table = make(
        f"wide_{columns}", f"select {', '.join(f'id + {at} as c{at}' for at in range(columns))} from range(50)"
    )
    asked: list[int] = []
    ask = Warehouse.ask

    def counting(self: Warehouse, statement: str) -> Any:
        answer = ask(self, statement)
        asked.append(len(answer.rows))
        return answer

    monkeypatch.setattr(Warehouse, "ask", counting)
    found = summary(table)
    assert asked == [0, columns, 20 * columns]
    assert [found[f"c{at}"]["mean"] for at in range(columns)] == [24.5 + at for at in range(columns)]


def test_who_may_not_read_it_is_named(house: Core, mixed: str) -> None:
    """With the right that is missing, and how to get it."""
    house.application("stranger")
    said = CliRunner().invoke(mlops, ["summarize", mixed, "--as", "stranger"])
    assert said.exit_code == 1
    assert said.stderr.startswith(f"error: stranger may not read {mixed}: grant them SELECT on it")
    assert "PERMISSION_DENIED" in said.stderr


def test_a_masked_column_stays_masked(house: Core, mixed: str) -> None:
    """A reader whom a mask concerns gets the masked values' summary, and no other."""
    reader = house.application("reader")
    house.grant("catalog", "prod", reader, "USE_CATALOG", "USE_SCHEMA", "SELECT")
    function = {"catalog_name": "prod", "schema_name": "credit_silver", "name": "hide_bigint", "data_type": "LONG"}
    parameters = {"parameters": [{"name": "value", "type_text": "bigint", "type_name": "LONG", "position": 0}]}
    function |= {"input_params": parameters, "routine_definition": "CAST(NULL AS BIGINT)"}  # type: ignore[dict-item]
    house.cloud.store.put("function", f"{SCHEMA}.hide_bigint", {**function, "full_name": f"{SCHEMA}.hide_bigint"})
    tag = {"tags": {"sensitive": "yes"}, "_key": f"{mixed}.n", "_below": mixed}
    house.cloud.store.put("column_tag", f"{mixed}.n", tag)
    policy = {
        "name": "hide",
        "on_securable_type": "CATALOG",
        "on_securable_fullname": "prod",
        "policy_type": "POLICY_TYPE_COLUMN_MASK",
        "to_principals": [reader],
        "match_columns": [{"alias": "it", "condition": "hasTagValue('sensitive', 'yes')"}],
        "column_mask": {"function_name": f"{SCHEMA}.hide_bigint", "on_column": "it"},
    }
    house.cloud.store.put("hiding_policy", "hide", {**policy, "_key": "hide", "_below": "prod"})
    masked = summary(mixed, "--as", "reader")
    assert (masked["n"]["nulls"], masked["n"]["max"], masked["n"]["bins"]) == (100, None, [])
    assert masked["moment"]["max"] == "1970-01-01 00:01:39"
    assert summary(mixed)["n"]["max"] == "99"


def test_a_name_that_is_no_table_is_refused(house: Core) -> None:
    """Before anything is asked of the warehouse."""
    del house
    said = CliRunner().invoke(mlops, ["summarize", "prod.credit"])
    assert (said.exit_code, said.stderr) == (
        2,
        "error: table 'prod.credit': write catalog.schema.table, such as prod.credit_silver.applications\n",
    )


def test_the_page_shows_pictures_on_a_phone_and_asks_nobody(browser: "Browser", mixed: str, tmp_path: Path) -> None:
    """At 360 px nothing is wider than the screen; names from the table are text; no request and no complaint."""
    path = tmp_path / "out" / "summary.html"
    summary(mixed, "--html", str(path))
    page = browser.new_page(viewport={"width": 360, "height": 740})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    width = page.evaluate("document.documentElement.scrollWidth")
    first = page.locator(".cards section").first
    order = first.evaluate("card => [...card.children].map(child => child.tagName.toLowerCase())")
    pictures = page.locator(".cards svg").count()
    page.close()
    assert (said, asked) == ([], [path.as_uri()])
    assert width <= 360
    assert order == ["h2", "svg", "dl"]
    assert pictures == 11
