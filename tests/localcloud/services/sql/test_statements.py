"""SQL through the SDK, on real Spark and Delta."""

import pytest
from databricks.sdk.errors import BadRequest, NotFound
from databricks.sdk.service.sql import Format, StatementResponse, StatementState

from tests.localcloud.core import Core
from tests.localcloud.services.sql.asking import ask
from tests.localcloud.services.sql.conftest import TABLE


def run(core: Core, name: str, text: str) -> StatementResponse:
    """The answer to a statement of a principal."""
    return ask(core.sdk(name), text)


def _application(core: Core, name: str) -> str:
    [found] = core.admin().service_principals.list(filter=f'displayName eq "{name}"')
    return str(found.application_id)


def rows(answer: StatementResponse) -> list[list[str]]:
    """The rows of a statement that must have succeeded."""
    assert answer.status is not None
    assert answer.status.state is StatementState.SUCCEEDED, answer.status.error
    assert answer.result is not None
    return answer.result.data_array or []


def failure(answer: StatementResponse) -> str:
    """The message of a statement that must have failed."""
    assert answer.status is not None
    assert answer.status.state is StatementState.FAILED
    assert answer.status.error is not None
    return str(answer.status.error.message)


def test_a_reader_reads_by_the_three_level_name(lakehouse: Core) -> None:
    """Rows and columns come as the API writes them."""
    answer = run(lakehouse, "reader", f"select gate, passed from {TABLE} order by gate desc")
    assert rows(answer) == [["compliance", "true"], ["comparison", None]]
    assert answer.manifest is not None
    assert answer.manifest.schema is not None
    columns = [(c.name, c.type_text) for c in answer.manifest.schema.columns or []]
    assert columns == [("gate", "STRING"), ("passed", "BOOLEAN")]


def test_what_is_not_granted_is_denied(lakehouse: Core) -> None:
    """Reading for the stranger, each kind of writing for the reader; nothing was changed."""
    assert failure(run(lakehouse, "stranger", f"select * from {TABLE}")) == (
        f"PERMISSION_DENIED: User does not have SELECT on Table '{TABLE}'."
    )
    for text in (
        f"insert into {TABLE} values ('x', true)",
        f"update {TABLE} set passed = true",
        f"delete from {TABLE}",
        f"merge into {TABLE} t using {TABLE} s on t.gate = s.gate when matched then delete",
    ):
        expected = f"PERMISSION_DENIED: User does not have MODIFY on Table '{TABLE}'."
        assert failure(run(lakehouse, "reader", text)) == expected
    assert rows(run(lakehouse, "reader", f"select count(*) from {TABLE}")) == [["2"]]


def test_a_writer_inserts_changes_and_deletes(lakehouse: Core) -> None:
    """And the earlier version can still be read."""
    rows(run(lakehouse, "writer", f"insert into {TABLE} values ('sign_off', false)"))
    rows(run(lakehouse, "writer", f"update {TABLE} set passed = true where gate = 'sign_off'"))
    assert rows(run(lakehouse, "writer", f"select passed from {TABLE} where gate = 'sign_off'")) == [["true"]]
    rows(run(lakehouse, "writer", f"delete from {TABLE} where gate = 'sign_off'"))
    assert rows(run(lakehouse, "writer", f"select count(*) from {TABLE} version as of 1")) == [["3"]]
    assert rows(run(lakehouse, "writer", f"select count(*) from {TABLE}")) == [["2"]]


def test_the_catalog_is_shown_as_far_as_the_caller_sees(lakehouse: Core) -> None:
    """SHOW and DESCRIBE."""
    assert rows(run(lakehouse, "reader", "show tables in prod.credit_ops")) == [["credit_ops", "gate_results", "false"]]
    assert rows(run(lakehouse, "stranger", "show tables in prod.credit_ops")) == []
    assert rows(run(lakehouse, "reader", "show catalogs")) == [["prod"]]
    assert [row[:2] for row in rows(run(lakehouse, "reader", f"describe {TABLE}"))] == [
        ["gate", "string"],
        ["passed", "boolean"],
    ]


def test_the_information_schema_shows_what_the_caller_sees(lakehouse: Core) -> None:
    """As tables like others: the reader finds the one that they may read, the stranger none, and nobody changes it."""
    text = "select t.table_name, c.column_name, full_data_type from prod.information_schema.tables t join"
    text += (
        " prod.information_schema.columns c using (table_catalog, table_schema, table_name) order by ordinal_position"
    )
    store = lakehouse.cloud.store
    columns = [{"name": "gate", "type_text": "string"}, {"name": "passed", "type_text": "boolean"}]
    store.put("table", TABLE, {**store.require("table", TABLE), "columns": columns})
    expected = [["gate_results", "gate", "string"], ["gate_results", "passed", "boolean"]]
    assert rows(run(lakehouse, "reader", text)) == expected
    assert rows(run(lakehouse, "stranger", text)) == []
    names = "select schema_name from system.information_schema.schemata where catalog_name = 'prod' order by 1"
    assert rows(run(lakehouse, "reader", names)) == [["credit_ops"], ["default"]]
    privileges = "select privilege_type, inherited_from from prod.information_schema.table_privileges"
    assert rows(
        run(lakehouse, "reader", f"{privileges} where grantee = '{_application(lakehouse, 'reader')}' order by 1")
    ) == [
        ["SELECT", "CATALOG"],
        ["USE CATALOG", "CATALOG"],
        ["USE SCHEMA", "CATALOG"],
    ]
    assert "it is read only" in failure(run(lakehouse, "writer", "delete from prod.information_schema.tables"))
    assert "kept are catalogs, columns" in failure(run(lakehouse, "reader", "select * from prod.information_schema.x"))


def test_details_and_plans_say_the_name_and_no_path(lakehouse: Core) -> None:
    """DESCRIBE DETAIL for who sees the table; EXPLAIN with the rights of the statement."""
    assert [row[2] for row in rows(run(lakehouse, "reader", f"describe detail {TABLE}"))] == [TABLE]
    [[plan]] = rows(run(lakehouse, "reader", f"explain select * from {TABLE}"))
    assert plan.startswith("== Physical Plan ==")
    assert str(lakehouse.cloud.home) not in plan
    assert "does not have SELECT" in failure(run(lakehouse, "stranger", f"explain select * from {TABLE}"))
    assert rows(run(lakehouse, "reader", f"show columns in {TABLE}")) == [["gate"], ["passed"]]
    assert "delta.minReaderVersion" in {row[0] for row in rows(run(lakehouse, "reader", f"show tblproperties {TABLE}"))}


def test_errors_carry_their_class_and_no_paths(lakehouse: Core) -> None:
    """Spark's own for a wrong column, the catalog's for a missing table."""
    wrong = failure(run(lakehouse, "reader", f"select nope from {TABLE}"))
    assert wrong.startswith("[UNRESOLVED_COLUMN.WITH_SUGGESTION]")
    assert str(lakehouse.cloud.home) not in wrong
    assert failure(run(lakehouse, "reader", "select * from prod.credit_ops.nope")) == (
        "TABLE_DOES_NOT_EXIST: Table 'prod.credit_ops.nope' does not exist."
    )


def test_the_servers_environment_does_not_leak(lakehouse: Core) -> None:
    """Spark would put `${env:…}` into the text after it was checked."""
    assert rows(run(lakehouse, "reader", "select '${env:HOME}'")) == [["${env:HOME}"]]


def test_a_statement_is_asked_about_by_its_own_principal(lakehouse: Core) -> None:
    """With `0s` the answer comes later; others do not find it."""
    sdk = lakehouse.sdk("reader")
    first = sdk.statement_execution.execute_statement(f"select count(*) from {TABLE}", "local", wait_timeout="0s")
    number = str(first.statement_id)
    with pytest.raises(NotFound):
        lakehouse.sdk("writer").statement_execution.get_statement(number)
    answer = sdk.statement_execution.get_statement(number)
    while answer.status is not None and answer.status.state in (StatementState.PENDING, StatementState.RUNNING):
        answer = sdk.statement_execution.get_statement(number)
    assert rows(answer) == [["2"]]


def test_what_is_not_offered_is_refused(lakehouse: Core) -> None:
    """A form without its disposition, an odd wait, an unknown warehouse."""
    sql = lakehouse.admin().statement_execution
    with pytest.raises(BadRequest, match="format ARROW_STREAM needs disposition EXTERNAL_LINKS"):
        sql.execute_statement("select 1", "local", format=Format.ARROW_STREAM)
    with pytest.raises(BadRequest, match="wait_timeout '3s' is not 0s or 5s to 50s"):
        sql.execute_statement("select 1", "local", wait_timeout="3s")
    with pytest.raises(NotFound, match="SQL warehouse abc does not exist"):
        sql.execute_statement("select 1", "abc")


def test_a_finished_statement_is_read_by_chunk_and_may_be_cancelled(lakehouse: Core) -> None:
    """Its one chunk has its rows; to cancel what is over changes nothing."""
    sdk = lakehouse.sdk("reader").statement_execution
    done = sdk.execute_statement(f"select gate from {TABLE} order by gate", "local", wait_timeout="50s")
    chunk = sdk.get_statement_result_chunk_n(str(done.statement_id), 0)
    assert chunk.data_array == [["comparison"], ["compliance"]]
    sdk.cancel_execution(str(done.statement_id))
    assert rows(sdk.get_statement(str(done.statement_id))) == [["comparison"], ["compliance"]]
