"""Results as the SDK documents them: whole or said to be cut, in chunks, inline or by links, with parameters."""

import csv
import io
import json
from collections.abc import Iterator

import httpx
import pyarrow as pa
import pytest
from databricks.sdk.errors import BadRequest
from databricks.sdk.service.sql import (
    Disposition,
    ExternalLink,
    Format,
    ResultData,
    ServiceErrorCode,
    StatementParameterListItem,
    StatementResponse,
    StatementState,
)

from tests.localcloud.core import Core, leave, start
from tests.localcloud.services.sql.asking import ask

Parameter = StatementParameterListItem


@pytest.fixture(scope="module")
def warehouse(spark_remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A cloud without tables, over real Spark."""
    core = start(tmp_path_factory.mktemp("warehouse"))
    core.cloud.spark_remote = spark_remote
    yield core
    leave(core)


def run(core: Core, text: str, **more: object) -> StatementResponse:
    """The answer to a statement of the admin."""
    return ask(core.admin(), text, **more)


def counts(answer: StatementResponse) -> tuple[int | None, int | None, bool | None]:
    """Rows and chunks in all, and whether the result was cut."""
    assert answer.status is not None
    assert answer.status.state is StatementState.SUCCEEDED, answer.status.error
    assert answer.manifest is not None
    return answer.manifest.total_row_count, answer.manifest.total_chunk_count, answer.manifest.truncated


def rows(answer: StatementResponse) -> list[list[str]]:
    """The first chunk's rows."""
    counts(answer)
    assert answer.result is not None
    return answer.result.data_array or []


def test_all_rows_come_however_many(warehouse: Core) -> None:
    """25,000 rows are 25,000 rows."""
    answer = run(warehouse, "select id from range(25000)")
    assert counts(answer) == (25_000, 1, False)
    assert [row[0] for row in rows(answer)] == [str(number) for number in range(25_000)]


def test_a_large_result_comes_in_chunks(warehouse: Core) -> None:
    """Each names the next; together they are the result, and there is none beyond."""
    text = "select id, repeat('x', 1000) from range(9000) order by id"
    answer = run(warehouse, text)
    total, chunks, truncated = counts(answer)
    assert (total, chunks, truncated) == (9000, 3, False)
    api = warehouse.admin().statement_execution
    part: ResultData | None = answer.result
    found: list[str] = []
    while part is not None:
        assert part.row_offset == len(found)
        found += [row[0] for row in part.data_array or []]
        following = part.next_chunk_index
        part = None if following is None else api.get_statement_result_chunk_n(str(answer.statement_id), following)
    assert found == [str(number) for number in range(9000)]
    with pytest.raises(BadRequest, match="has the chunks 0 to 2, so no chunk 3"):
        api.get_statement_result_chunk_n(str(answer.statement_id), 3)


@pytest.mark.parametrize(("limit", "total", "truncated"), [(3, 3, True), (10, 10, False), (11, 10, False)])
def test_a_row_limit_says_whether_it_cut(warehouse: Core, limit: int, total: int, truncated: bool) -> None:
    """Unlike LIMIT in the statement."""
    answer = run(warehouse, "select id from range(10)", row_limit=limit)
    assert counts(answer) == (total, 1, truncated)


def test_a_byte_limit_cuts_and_says_so(warehouse: Core) -> None:
    """What is there are the first rows."""
    answer = run(warehouse, "select id from range(1000) order by id", byte_limit=800)
    total, _, truncated = counts(answer)
    assert truncated is True
    assert total is not None
    assert 0 < total <= 100
    assert [row[0] for row in rows(answer)] == [str(number) for number in range(total)]


def test_a_result_too_large_for_inline_fails(warehouse: Core) -> None:
    """25 MiB, as on Databricks: nothing is cut, and the message says what to use."""
    answer = run(warehouse, "select repeat('x', 10000) from range(4000)")
    assert answer.status is not None
    assert answer.status.error is not None
    assert answer.status.error.error_code is ServiceErrorCode.RESOURCE_EXHAUSTED
    assert "larger than 25 MiB: use disposition EXTERNAL_LINKS" in str(answer.status.error.message)


def _link(answer: StatementResponse) -> ExternalLink:
    counts(answer)
    assert answer.result is not None
    [link] = answer.result.external_links or []
    return link


def test_links_lead_to_json_arrow_and_csv(warehouse: Core) -> None:
    """Without a token, as the SDK says; each chunk's file has its rows in the form that was asked for."""
    text = "select concat('id-', id) as strCol, id as intCol, null as nullCol from range(3) order by id"
    found = {}
    for form in Format:
        link = _link(run(warehouse, text, disposition=Disposition.EXTERNAL_LINKS, format=form))
        assert (link.chunk_index, link.row_offset, link.row_count, link.next_chunk_index) == (0, 0, 3, None)
        found[form] = httpx.get(str(link.external_link))
        assert len(found[form].content) == link.byte_count
    assert found[Format.JSON_ARRAY].content == b'[["id-0","0",null],["id-1","1",null],["id-2","2",null]]'
    assert found[Format.CSV].text == "strCol,intCol,nullCol\r\nid-0,0,null\r\nid-1,1,null\r\nid-2,2,null\r\n"
    table = pa.ipc.open_stream(found[Format.ARROW_STREAM].content).read_all()
    assert table.to_pydict() == {
        "strCol": ["id-0", "id-1", "id-2"],
        "intCol": [0, 1, 2],
        "nullCol": [None, None, None],
    }


def test_each_chunk_has_its_link(warehouse: Core) -> None:
    """The second one's file has no header, and is larger than what INLINE would answer together with the first."""
    text = "select id, repeat('x', 10000) from range(4000) order by id"
    answer = run(warehouse, text, disposition=Disposition.EXTERNAL_LINKS, format=Format.CSV)
    assert counts(answer)[0] == 4000
    first = _link(answer)
    api = warehouse.admin().statement_execution
    second = api.get_statement_result_chunk_n(str(answer.statement_id), int(first.next_chunk_index or 0))
    [link] = second.external_links or []
    lines = list(csv.reader(io.StringIO(httpx.get(str(link.external_link)).text)))
    assert [int(line[0]) for line in lines] == list(range(int(link.row_offset or 0), int(first.row_count or 0) * 2))


def test_a_link_with_another_secret_leads_nowhere(warehouse: Core) -> None:
    """404 that says to ask again."""
    answer = warehouse.call("GET", f"{warehouse.url('prod')}/local/sql-results/guessed", token="")
    assert answer.status_code == 404
    assert "ask for the chunk again" in json.loads(answer.content)["message"]


def test_parameters_are_typed_values(warehouse: Core) -> None:
    """As Spark casts their texts; without a type they are strings, without a value null."""
    parameters = [
        Parameter(name="d", value="2020-01-01", type="DATE"),
        Parameter(name="n", value="7", type="SMALLINT"),
        Parameter(name="m", value="2.50", type="DECIMAL(10,2)"),
        Parameter(name="s", value="it's ' -- :n"),
        Parameter(name="z", type="INT"),
    ]
    text = "select :d + interval 1 day as d, typeof(:n), :m * 2, typeof(:m), :s, :z is null, typeof(:z), ':n'"
    answer = run(warehouse, text, parameters=parameters)
    assert rows(answer) == [["2020-01-02", "smallint", "5.00", "decimal(10,2)", "it's ' -- :n", "true", "int", ":n"]]
    limited = run(
        warehouse, "select id from range(9) limit :n", parameters=[Parameter(name="n", value="2", type="INT")]
    )
    assert rows(limited) == [["0"], ["1"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select :absent", "UNBOUND_SQL_PARAMETER"),
        ("select ?", "write :name and give parameters"),
        ("select * from identifier(:n)", "Function identifier is not allowed"),
    ],
)
def test_a_marker_without_a_parameter_fails(warehouse: Core, text: str, message: str) -> None:
    """So does `?`, which the API does not offer."""
    answer = run(warehouse, text, parameters=[Parameter(name="n", value="7", type="INT")])
    assert answer.status is not None
    assert answer.status.error is not None
    assert message in str(answer.status.error.message)


def test_a_parameter_that_is_not_of_its_type_fails(warehouse: Core) -> None:
    """With Spark's own error."""
    answer = run(warehouse, "select :n", parameters=[Parameter(name="n", value="seven", type="INT")])
    assert answer.status is not None
    assert answer.status.error is not None
    assert "CAST_INVALID_INPUT" in str(answer.status.error.message)


def test_without_waiting_the_answer_is_pending(warehouse: Core) -> None:
    """Even if the statement is quick."""
    first = warehouse.admin().statement_execution.execute_statement("select 1", "local", wait_timeout="0s")
    assert first.status is not None
    assert (first.status.state, first.manifest) == (StatementState.PENDING, None)
