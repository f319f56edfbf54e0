"""SHOW and DESCRIBE that the catalog answers alone, through the SDK, as far as the caller sees."""

import pytest
from databricks.sdk.service.sql import Disposition, Format, StatementState

from tests.localcloud.core import Core

TABLE = "prod.credit_gold.scores"


def answer(core: Core, name: str, text: str) -> list[list[str]] | str:
    """The rows, or the message of a statement that failed."""
    sdk = core.admin() if name == "admin" else core.sdk(name)
    found = sdk.statement_execution.execute_statement(text, "local", catalog="prod", schema="credit_gold")
    assert found.status is not None
    if found.status.state is StatementState.FAILED:
        assert found.status.error is not None
        return str(found.status.error.message)
    assert found.result is not None
    return found.result.data_array or []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("show catalogs like 'p*'", [["prod"]]),
        ("show catalogs like 'x*'", []),
        ("show schemas in prod like 'credit*'", [["credit_gold"]]),
        ("show tables", [["credit_gold", "scores", "false"]]),
        ("show tables in credit_gold like 'a*|SC*'", [["credit_gold", "scores", "false"]]),
        ("show volumes in prod.credit_gold", [["credit_gold", "landing"]]),
        ("show views", []),
        ("describe catalog prod", [["Catalog Name", "prod"], ["Comment", ""], ["Owner", "admin@localcloud.test"]]),
    ],
)
def test_the_catalog_is_shown(lake: Core, text: str, expected: list[list[str]]) -> None:
    """LIKE narrows; names are completed from the request's catalog and schema."""
    owner = lake.cloud.store.require("catalog", "prod")["owner"]
    found = answer(lake, "admin", text)
    assert found == [[owner if cell == "admin@localcloud.test" else cell for cell in row] for row in expected]


def test_grants_are_shown_with_where_they_come_from(lake: Core) -> None:
    """All of them, or a principal's; not to those who may not know the table."""
    reader, stranger = lake.application("reader"), lake.application("stranger")
    lake.grant("catalog", "prod", reader, "USE_CATALOG", "USE_SCHEMA")
    lake.grant("table", TABLE, reader, "SELECT")
    lake.grant("catalog", "prod", stranger, "USE_CATALOG")
    shown = answer(lake, "reader", f"show grants `{reader}` on table {TABLE}")
    assert shown == [
        [reader, "USE CATALOG", "CATALOG", "prod"],
        [reader, "USE SCHEMA", "CATALOG", "prod"],
        [reader, "SELECT", "TABLE", TABLE],
    ]
    everybody = answer(lake, "admin", "show grants on scores")
    assert [stranger, "USE CATALOG", "CATALOG", "prod"] in everybody
    assert "PERMISSION_DENIED" in answer(lake, "stranger", "show grants on scores")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("show create table scores", "is not offered locally; offered: SHOW CATALOGS, SHOW SCHEMAS, SHOW TABLES"),
        ("use schema credit_gold", "give `catalog` and `schema` with the request"),
        ("describe detail a.b.c.d", "must be named catalog.schema.table"),
    ],
)
def test_what_is_not_offered_says_what_is(lake: Core, text: str, message: str) -> None:
    """A clear refusal in the place of an answer that means something else."""
    assert message in answer(lake, "admin", text)


def test_an_answer_is_fetched_by_a_link(lake: Core) -> None:
    """Without a token; the link's file has the rows in the form that was asked for."""
    sql = lake.admin().statement_execution
    text = "show tables in prod.credit_gold"
    found = sql.execute_statement(text, "local", disposition=Disposition.EXTERNAL_LINKS, format=Format.CSV)
    assert found.result is not None
    [link] = found.result.external_links or []
    fetched = lake.http.get(str(link.external_link))
    assert fetched.headers["content-type"].startswith("text/csv")
    assert fetched.text == "database,tableName,isTemporary\r\ncredit_gold,scores,false\r\n"
    assert link.byte_count == len(fetched.content)
    assert lake.http.get(f"{link.external_link}x").status_code == 404
