"""What the real Terraform providers asked, in order, from `../shared/data/provider-traffic`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TRAFFIC = Path(__file__).resolve().parents[4] / "shared" / "data" / "provider-traffic"
# The recorder cut bodies at this length.
BODY_LIMIT = 2000
# Fields of a row that names its host.
_WITH_HOST = 6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One recorded request: its place in the recording, and the `status` and `answer` (cut at 600) that it got."""

    number: int
    method: str
    host: str
    path: str
    body: Any
    status: int
    answer: str = ""

    @property
    def route(self) -> str:
        """The method and the path without its query."""
        return f"{self.method} {self.path.partition('?')[0]}"


def databricks(name: str) -> list[Asked]:
    """The requests of a Databricks recording. Skips the test if the recordings are not there."""
    fields = ("method", "host", "path", "body", "status", "answer")
    return [
        Asked(number=number, **dict(zip(fields, row, strict=True)))
        for number, row in enumerate(_rows(name))
        if isinstance(row, list)
    ]


def azure(name: str) -> list[Asked]:
    """The requests of an Azure recording. Skips the test if the recordings are not there."""
    fields = ("method", "host", "path", "query", "body", "status")
    rows = [dict(zip(fields, row, strict=True)) for row in _rows(name)]
    queries = [row.pop("query") for row in rows]
    paths = [row.pop("path") + (f"?{query}" if query else "") for row, query in zip(rows, queries, strict=True)]
    return [Asked(number=number, **row, path=paths[number]) for number, row in enumerate(rows)]


def platform(name: str) -> list[Asked]:
    """The requests of a recording of the small platform, without a host where Databricks alone was recorded."""
    rows = [row if len(row) == _WITH_HOST else [row[0], "", *row[1:]] for row in _rows(name) if isinstance(row, list)]
    return [
        Asked(
            number=number,
            method=method,
            host=host,
            path=path + (f"?{query}" if query else ""),
            body=body,
            status=status,
        )
        for number, (method, host, path, query, body, status) in enumerate(rows)
    ]


def _rows(name: str) -> list[Any]:
    if not TRAFFIC.is_dir():
        pytest.skip("the providers' recorded requests lie beside the checkout, in ../shared/data, and are not there")
    return [json.loads(line) for line in (TRAFFIC / name).read_text(encoding="utf-8").splitlines()]


def parsed(text: str) -> Any:
    """The JSON of a body; of one that the recorder cut, with the tasks of a job that are whole. None for no JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return _whole(text) if text.startswith("{") and len(text) >= BODY_LIMIT else None


def _whole(cut: str) -> Any:
    """`cut` up to its last whole task, closed. A whole task may not depend on one that is lost."""
    head, found, tail = cut.partition('"tasks":[')
    assert found, f"a body was cut outside its tasks: {cut[:80]}"
    tasks, decoder, at = [], json.JSONDecoder(), 0
    while at < len(tail):
        try:
            task, at = decoder.raw_decode(tail, at)
        except json.JSONDecodeError:
            break
        tasks.append(task)
        at += 1
    kept = {task["task_key"] for task in tasks}
    for task in tasks:
        task["depends_on"] = [each for each in task.get("depends_on", []) if each["task_key"] in kept]
    return json.loads(head + found + json.dumps(tasks)[1:] + "}" * head.count("{", 0, _open(head)))


def _open(head: str) -> int:
    """Where the object that holds the tasks begins, or the one around it."""
    return head.index('"new_settings":{') + len('"new_settings":{') if '"new_settings":{' in head else 1
