"""`mlops sql` and statements that outlast what the API waits for."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from databricks.sdk.service.sql import ResultData, StatementResponse, StatementState, StatementStatus

from cli import warehouse


def _answer(state: StatementState) -> StatementResponse:
    return StatementResponse(statement_id="s-1", status=StatementStatus(state=state))


@pytest.mark.parametrize("end", [StatementState.SUCCEEDED, StatementState.FAILED])
def test_a_statement_is_asked_for_until_it_is_over(monkeypatch: pytest.MonkeyPatch, end: StatementState) -> None:
    """After the API's 50 s the statement is still under way: the answer is the one at its end, whatever that is."""
    monkeypatch.setattr(warehouse, "_POLL_S", 0)
    later: Iterator[StatementResponse] = iter([_answer(StatementState.RUNNING), _answer(end)])
    asked: list[str] = []

    def get_statement(statement_id: str) -> StatementResponse:
        asked.append(statement_id)
        return next(later)

    client: Any = SimpleNamespace(statement_execution=SimpleNamespace(get_statement=get_statement))
    found = warehouse._ended(client, _answer(StatementState.PENDING))
    assert (found.status and found.status.state, asked) == (end, ["s-1", "s-1"])


def test_the_rows_of_every_chunk_are_shown() -> None:
    """The answer has the first chunk; each names the next."""
    later = {1: ResultData(data_array=[["2"]], next_chunk_index=2), 2: ResultData(data_array=[["3"]])}
    chunks = SimpleNamespace(get_statement_result_chunk_n=lambda _, index: later[index])
    answer = _answer(StatementState.SUCCEEDED)
    answer.result = ResultData(data_array=[["1"]], next_chunk_index=1)
    client: Any = SimpleNamespace(statement_execution=chunks)
    assert list(warehouse._all_rows(client, answer)) == [["1"], ["2"], ["3"]]
