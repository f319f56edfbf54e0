"""Whom masks and row filters spare, and whom declared SQL treats apart, are rows."""

from typing import Any

import pytest

from policies.access.model import Key
from tests.policies.access.estates import access, account, rows_of

POLICY = {"name": "hide", "on_securable_type": "SCHEMA", "on_securable_fullname": "Prod.`Gold`"}
MASK = ("mask", "prod.gold/hide", "CLEAR_VALUES")


def _spared(**values: Any) -> set[tuple[str, str]]:
    rows = rows_of("databricks_policy_info", **(POLICY | values))
    assert {row[2:] for row in rows} <= {MASK}
    return {row[:2] for row in rows}


def test_whom_a_policy_spares_is_a_row() -> None:
    """Under the securable's one spelling, entry and grants aside: a mask is about whoever reads."""
    assert _spared(to_principals=["account users"], except_principals=["risk", "eve@example.com"]) == {
        ("risk", "undeclared"),
        ("eve@example.com", "user"),
    }


@pytest.mark.parametrize("excepted", ["${var.who}", ["${var.who}"]])
def test_a_computed_exception_is_unknown(excepted: Any) -> None:
    """A list, or one of it."""
    assert _spared(to_principals=["account users"], except_principals=excepted) == {("unknown: ${var.who}", "unknown")}


@pytest.mark.parametrize(
    ("masked", "principal"),
    [
        (["analysts"], "unknown: everybody but analysts"),
        ("${var.masked}", "unknown: everybody but unknown: ${var.masked}"),
        (None, "unknown: everybody but those whom it does not name"),
    ],
)
def test_a_mask_for_some_leaves_all_others_clear(masked: Any, principal: str) -> None:
    """Who they are, no document says."""
    assert _spared(to_principals=masked) == {(principal, "unknown")}


def test_members_of_a_spared_group_are_rows() -> None:
    """With the membership."""
    document = account()
    spared = {"to_principals": ["Account Users"], "except_principals": ["${databricks_group.readers.display_name}"]}
    document["resource"]["databricks_policy_info"] = {"m": POLICY | spared}
    found = access(account=document)
    rows = {row.principal for row in found.matrix() if row.privilege == "CLEAR_VALUES"}
    assert rows == {"readers", "dev-job"}
    assert found.may("dev-job", Key(kind="mask", name="prod.gold/hide"), "CLEAR_VALUES").steps == (
        "dev-job is in readers (account: databricks_group_member.b); "
        "readers has CLEAR_VALUES on mask prod.gold/hide (account: databricks_policy_info.m)",
    )


SQL: list[tuple[str, set[str]]] = [
    ("select 1 as x", set()),
    ("case when is_account_group_member('risk') then x end", {"risk"}),
    ("if(IS_MEMBER ( \"risk\" ) or is_account_group_member('it''s'), x, null)", {"risk", "it's"}),
    ("is_member(g)", {"unknown: a group: g"}),
    ("is_member('${var.group}')", {"unknown: ${var.group}"}),
    ("current_user() = 'eve@example.com'", {"eve@example.com"}),
    ("'eve@example.com' <> session_user()", {"eve@example.com"}),
    ("current_user() not in ('a@b.c', 'd@e.f')", {"a@b.c", "d@e.f"}),
    ("exists (select 1 from acl where who = user())", {"unknown: whom it looks up by the current user"}),
    ("${var.sql}", {"unknown: whom an expression in it names"}),
    ("select 'is_member' as x -- is_member('risk')\n", set()),
    ("select x /* current_user() = 'a' */ where y = 'current_user()'", set()),
]


@pytest.mark.parametrize(("sql", "named"), SQL)
def test_whom_the_sql_of_a_view_names_is_a_row(sql: str, named: set[str]) -> None:
    """Whether it spares or stops them; what it looks up is unknown."""
    rows = rows_of("databricks_sql_table", catalog_name="prod", schema_name="gold", name="V", view_definition=sql)
    assert {row[0] for row in rows} == named
    assert {row[2:] for row in rows} <= {("table condition", "prod.gold.v", "NAMED_IN_SQL")}


def test_whom_a_mask_function_names_is_a_row() -> None:
    """A column mask is such a function."""
    names = {"catalog_name": "prod", "schema_name": "ops", "name": "hide"}
    sql = "case when is_account_group_member('risk') then value else '***' end"
    assert rows_of("databricks_function", **names, routine_definition=sql) == {
        ("risk", "undeclared", "function condition", "prod.ops.hide", "NAMED_IN_SQL")
    }
