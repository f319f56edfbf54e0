"""What the source of a pipeline may declare here, and what is refused."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from localcloud.services.pipelines.declared import Action, DeclarationError, Declared
from localcloud.services.pipelines.updating import Update


def _query() -> str:
    return "rows"


def test_datasets_and_their_expectations_are_collected_in_order() -> None:
    """By the name of the function or the given one, with and without parentheses; what stands above comes first."""
    declared = Declared()
    dp: Any = declared.module()

    @dp.temporary_view(comment="Judged.")
    @dp.expect_all({"whole": "a IS NOT NULL", "small": "a < 3"})
    @dp.expect_or_drop("kept", "b")
    def judged() -> str:
        return "rows"

    @dp.materialized_view
    @dp.expect_or_fail("finite", "abs(a) < 9")
    def written() -> str:
        return "rows"

    dp.materialized_view(name="other")(_query)
    assert [(each.name, each.is_view, each.comment) for each in declared.datasets.values()] == [
        ("judged", True, "Judged."),
        ("written", False, ""),
        ("other", False, ""),
    ]
    assert [(each.name, each.action) for each in declared.datasets["judged"].expectations] == [
        ("whole", Action.WARN),
        ("small", Action.WARN),
        ("kept", Action.DROP),
    ]
    assert [each.action for each in declared.datasets["written"].expectations] == [Action.FAIL]


def _twice(dp: Any) -> None:
    dp.materialized_view(name="a")(_query)
    dp.temporary_view(name="a")(_query)


def _named_twice(dp: Any) -> None:
    def rows() -> str:
        return "rows"

    dp.materialized_view(dp.expect("a", "x")(dp.expect("a", "y")(rows)))


@pytest.mark.parametrize(
    ("declares", "said"),
    [
        (lambda dp: dp.table(_query), "pyspark.pipelines.table is not run by the local cloud"),
        (lambda dp: dp.create_auto_cdc_flow(target="a"), "create_auto_cdc_flow is not run"),
        (lambda dp: dp.materialized_view(name="a", schema="x int")(_query), "schema of a dataset"),
        (lambda dp: dp.materialized_view(name="a")(None), "put expectations below it"),
        (_twice, "'a' is declared twice"),
        (_named_twice, r"the expectations \['a'\] twice"),
    ],
)
def test_what_is_not_run_here_is_refused_where_it_is_declared(
    declares: Callable[[ModuleType], object], said: str
) -> None:
    """Streaming tables and flows, settings of a table, and names that are given twice."""
    with pytest.raises(DeclarationError, match=said):
        declares(Declared().module())


class _Rows:
    """As much of a frame as an update without expectations asks for."""

    def count(self) -> int:
        return 0


class _Lake:
    """Keeps nothing."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def read(self, full_name: str) -> _Rows:
        assert full_name == "cat.other.base"
        return _Rows()

    def keep(self, name: str, rows: _Rows, comment: str) -> _Rows:  # noqa: ARG002
        self.kept.append(name)
        return rows


def _reading(declared: Declared, name: str, *others: str) -> None:
    def rows() -> _Rows:
        from pyspark.sql.connect.readwriter import DataFrameReader  # noqa: PLC0415

        for other in others:
            DataFrameReader.table(object(), other)  # type: ignore[arg-type]
        return _Rows()

    declared.module().materialized_view(name=name)(rows)


def test_a_dataset_is_made_after_those_that_it_reads() -> None:
    """Whatever the order of the source, by one, two or three names; each once; another's table is read as it is."""
    declared, lake = Declared(), _Lake()
    _reading(declared, "gold", "silver", "cat.own.base")
    _reading(declared, "silver", "own.base", "cat.other.base")
    _reading(declared, "base")
    events: list[dict[str, Any]] = []
    Update(declared, ("cat", "own"), lake, events.append).run()
    assert lake.kept == ["base", "silver", "gold"]
    assert [each["message"] for each in events] == [f"Flow '{name}' has COMPLETED." for name in lake.kept]


def test_a_circle_is_refused_with_its_datasets() -> None:
    """None of them is made."""
    declared, lake = Declared(), _Lake()
    _reading(declared, "a", "b")
    _reading(declared, "b", "a")
    with pytest.raises(DeclarationError, match="in a circle: a -> b -> a"):
        Update(declared, ("cat", "own"), lake, lambda _: None).run()
    assert lake.kept == []


def test_a_query_function_changes_nothing_of_its_session() -> None:
    """As in Spark's own pipelines: settings and views are refused, and the update says so."""
    declared, told = Declared(), list[dict[str, Any]]()

    def rows() -> _Rows:
        from pyspark.sql.connect.conf import RuntimeConf  # noqa: PLC0415

        RuntimeConf.set(object(), "spark.sql.ansi.enabled", "false")  # type: ignore[arg-type]
        return _Rows()

    declared.module().materialized_view(name="a")(rows)
    with pytest.raises(DeclarationError, match="SESSION_MUTATION_IN_DECLARATIVE_PIPELINE"):
        Update(declared, ("cat", "own"), _Lake(), told.append).run()
    assert [(each["level"], each["details"]["flow_progress"]["status"]) for each in told] == [("ERROR", "FAILED")]
