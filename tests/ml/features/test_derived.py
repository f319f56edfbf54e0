"""Derived tables: by a query or a function, with the declared schema, before any feature."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from pyspark.sql import DataFrame

from ml.declarations import Column, DeclarationError, Derived, Feature, Input, Layer, Table
from ml.features import build
from ml.ingest import bronze, silver
from ml.tables import TableMismatchError
from ml.usecases import USE_CASES, use_case
from tests.ml.lake import Lake, application

CLIENT_FEATURES = use_case("credit").models[0].feature_table


def _ingest(lake: Lake, run_id: str = "1") -> None:
    lake.run(bronze, run_id)
    lake.run(silver, run_id)


YOUNG = Table(
    name="young_clients",
    layer=Layer.SILVER,
    columns=(*(CLIENT_FEATURES.source.column(name) for name in ("client_id", "application_month", "age")),),
    keys=("client_id", "application_month"),
    owner="us",
    comment="Applications of clients under 30.",
)


def young(inputs: Mapping[str, DataFrame]) -> DataFrame:
    """The same by a function."""
    return inputs["applications"].where("age < 30").select("client_id", "application_month", "age")


@pytest.mark.parametrize(
    "made",
    [
        {"sql": "SELECT client_id, application_month, age FROM applications WHERE age < 30"},
        {"function": "ml.usecases.credit.young:young"},
    ],
)
def test_a_table_is_derived_by_a_query_or_a_function(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, made: dict[str, str]
) -> None:
    """With the declared schema; features read it as any other source."""
    monkeypatch.setitem(sys.modules, "ml.usecases.credit.young", sys.modules[__name__])
    derived = Derived(table=YOUNG, inputs=(Input(table=CLIENT_FEATURES.source),), **made)
    more = replace(CLIENT_FEATURES, name="young_features", source=YOUNG, features=(AGE,))
    monkeypatch.setitem(
        USE_CASES, "credit", replace(use_case("credit"), derived=(derived,), more_feature_tables=(more,))
    )
    lake.land("applications", "2023-01", application(1, AGE=29), application(2, AGE=30))
    _ingest(lake)
    lake.run(build)
    assert lake.rows("silver.young_clients") == [(1, date(2023, 1, 1), 29)]
    assert lake.rows("gold.young_features") == [(1, date(2023, 1, 1), 58)]
    assert len(lake.rows("gold.client_features", "client_id")) == 2


AGE = Feature(name="doubled", expression="age * 2", type="int", comment="Twice the age.", sensitive=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sql": None}, "give sql or function, one of them"),
        ({"function": "young"}, "give sql or function, one of them"),
        ({"sql": None, "function": "os:system"}, "'os:system' is not spelled ml.usecases"),
        ({"inputs": ()}, "it reads nothing"),
        ({"table": replace(YOUNG, layer=Layer.OPS)}, "derive into silver or gold"),
    ],
)
def test_a_wrong_derived_table_is_refused(changes: dict[str, object], message: str) -> None:
    """Where it is declared."""
    good = Derived(table=YOUNG, inputs=(Input(table=CLIENT_FEATURES.source),), sql="SELECT 1")
    with pytest.raises(DeclarationError, match=message):
        replace(good, **changes)  # type: ignore[arg-type]


BY_QUERY = Derived(
    table=YOUNG,
    inputs=(Input(table=CLIENT_FEATURES.source),),
    sql="SELECT client_id, application_month, age FROM applications WHERE age < 30",
)


def _derive(monkeypatch: pytest.MonkeyPatch, *derived: Derived) -> None:
    monkeypatch.setitem(USE_CASES, "credit", replace(use_case("credit"), derived=derived))


@pytest.mark.slow
def test_a_derived_table_is_computed_if_what_it_reads_or_says_changed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Said in the log; without news it is left alone."""
    _derive(monkeypatch, BY_QUERY)

    def said() -> str:
        capfd.readouterr()
        lake.run(build)
        return next(line for line in capfd.readouterr().out.splitlines() if line.startswith("young_clients: "))

    lake.land("applications", "2023-01", application(1, AGE=29))
    _ingest(lake)
    assert said() == "young_clients: full build, because it was not built before: 1 rows added, 0 changed, 0 removed"
    assert said() == "young_clients: nothing new"
    lake.land("applications", "2023-02", application(2, AGE=20), application(3, AGE=50))
    _ingest(lake, "2")
    assert said() == (
        "young_clients: full build, because one change may affect every row: 1 rows added, 0 changed, 0 removed"
    )
    _derive(monkeypatch, replace(BY_QUERY, sql=str(BY_QUERY.sql).replace("30", "25")))
    assert said() == (
        "young_clients: full build, because its declaration has changed: 0 rows added, 0 changed, 1 removed"
    )
    assert lake.rows("silver.young_clients", "client_id") == [(2,)]


BY_MONTH = Derived(
    table=YOUNG,
    inputs=(Input(table=CLIENT_FEATURES.source, since="application_month"),),
    sql="SELECT client_id, application_month, age FROM applications WHERE age < 30",
    since="application_month",
)


@pytest.mark.slow
def test_a_table_with_a_column_of_dates_is_computed_from_the_first_that_changed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A new month adds its rows; a corrected one changes its own, and removes what is no more; earlier ones stay."""
    _derive(monkeypatch, BY_MONTH)

    def said(run_id: str) -> str:
        _ingest(lake, run_id)
        capfd.readouterr()
        lake.run(build)
        return next(line for line in capfd.readouterr().out.splitlines() if line.startswith("young_clients: "))

    lake.land("applications", "2023-01", application(1, AGE=29), application(2, AGE=28))
    assert said("1").startswith("young_clients: full build, because it was not built before: 2 rows added")
    lake.land("applications", "2023-02", application(3, AGE=20))
    assert said("2") == "young_clients: 1 rows added, 0 changed, 0 removed"
    lake.land("applications", "2023-02", application(4, AGE=21))
    lake.land("applications", "2023-03", application(5, AGE=22))
    assert said("3").startswith("young_clients: ")
    before = lake.rows("silver.young_clients", "client_id")
    _derive(monkeypatch, replace(BY_MONTH, table=replace(YOUNG, comment="the same"), sql=f"{BY_MONTH.sql} AND true"))
    assert (
        said("4")
        == "young_clients: full build, because its declaration has changed: 0 rows added, 0 changed, 0 removed"
    )
    assert lake.rows("silver.young_clients", "client_id") == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"since": None}, r"inputs \['applications'\] name a column of dates, and the table has no `since`"),
        ({"since": "age"}, "since of 'young_clients' is 'age': name one of its columns of dates"),
        (
            {"table": replace(YOUNG, columns=tuple(replace(each, nullable=True) for each in YOUNG.columns))},
            "since of 'young_clients' is 'application_month': name one of its columns of dates that are never null",
        ),
        (
            {"inputs": (Input(table=CLIENT_FEATURES.source),)},
            "since of 'applications' is None: name one of its columns",
        ),
        (
            {"inputs": (Input(table=CLIENT_FEATURES.source, since="application_month", ahead_days=-1),)},
            r"ahead_days or behind_days of \['applications'\] is negative",
        ),
    ],
)
def test_dates_that_cannot_be_are_refused(changes: dict[str, object], message: str) -> None:
    """Where the table is declared."""
    with pytest.raises(DeclarationError, match=message):
        replace(BY_MONTH, **changes)  # type: ignore[arg-type]


def test_rows_that_are_not_as_declared_fail_the_task(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column that the query does not give is named, and nothing is written."""
    more = replace(YOUNG, columns=(*YOUNG.columns, Column(name="income", type="double", comment="None.")))
    _derive(monkeypatch, replace(BY_QUERY, table=more))
    lake.land("applications", "2023-01", application(1, AGE=29))
    _ingest(lake)
    with pytest.raises(TableMismatchError, match="income"):
        lake.run(build)


def test_a_derived_table_reads_those_before_it_alone() -> None:
    """One that reads a later one, what nobody writes, or a table past its inputs, is refused where it is declared."""
    second = Derived(
        table=replace(YOUNG, name="oldest"), inputs=(Input(table=YOUNG),), sql="SELECT * FROM young_clients"
    )
    case = use_case("credit")
    assert replace(case, derived=(BY_QUERY, second)).derived == (BY_QUERY, second)
    with pytest.raises(DeclarationError, match=r"'oldest' reads \['young_clients'\], which no feed and no derived"):
        replace(case, derived=(second, BY_QUERY))
    with pytest.raises(DeclarationError, match="'labels' has the name of another table"):
        replace(case, derived=(replace(BY_QUERY, table=replace(YOUNG, name="labels")),))
    with pytest.raises(DeclarationError, match=r"its query reads prod\.credit_silver\.labels: declare that table"):
        replace(BY_QUERY, sql="SELECT * FROM prod.credit_silver.labels")
