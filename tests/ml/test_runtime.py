"""What a task gets from its job."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ml import runtime
from ml.runtime import RowsUnaccountedError


def test_task_values_add_up_in_one_json_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Later values join earlier ones, and the last of a name wins."""
    file = tmp_path / "values.json"
    monkeypatch.setenv(runtime.TASK_VALUES_FILE, str(file))
    runtime.set_task_value("verdict", "fail")
    runtime.set_task_value("model_version", 3)
    runtime.set_task_value("verdict", "pass")
    assert json.loads(file.read_text()) == {"verdict": "pass", "model_version": 3}


def test_an_empty_task_values_file_is_a_fresh_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job runner may make the file before the task starts."""
    file = tmp_path / "values.json"
    file.touch()
    monkeypatch.setenv(runtime.TASK_VALUES_FILE, str(file))
    runtime.set_task_value("a", True)
    assert json.loads(file.read_text()) == {"a": True}


def test_the_account_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With whatever else the task has to say."""
    runtime.report(task="silver", rows_in=5, rows_kept=3, rows_quarantined=2, files=1)
    assert capsys.readouterr().out == (
        '{"task": "silver", "rows_in": 5, "rows_kept": 3, "rows_quarantined": 2, "files": 1}\n'
    )


def test_a_line_is_written_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another thread writes comes before it or after it."""
    written: list[str] = []
    out = io.StringIO()
    monkeypatch.setattr(out, "write", written.append)
    monkeypatch.setattr(sys, "stdout", out)
    runtime.say("client_features: nothing new")
    assert written == ["client_features: nothing new\n"]


def test_rows_that_do_not_add_up_stop_the_task(capsys: pytest.CaptureFixture[str]) -> None:
    """The figures are in the message, and no account is printed as if all were well."""
    with pytest.raises(RowsUnaccountedError, match=r"silver: 5 rows came in but 3 kept \+ 1 quarantined = 4"):
        runtime.report(task="silver", rows_in=5, rows_kept=3, rows_quarantined=1)
    assert capsys.readouterr().out == ""


def test_serverless_compute_is_not_asked_to_keep_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """It refuses PERSIST, so the block gets the frame as it is; a cluster is asked."""
    frame: Any = object()
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "client.5.1")
    with runtime.computed_once(frame) as rows:
        assert rows is frame
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    with pytest.raises(AttributeError, match="persist"), runtime.computed_once(frame):
        pass


@pytest.mark.parametrize(
    ("version", "remote", "there"),
    [("17.3", None, True), ("client.5.1", None, True), ("client.5.1", "sc://127.0.0.1:1", False), (None, None, False)],
)
def test_databricks_is_known_by_its_runtime_and_not_by_the_local_clouds(
    monkeypatch: pytest.MonkeyPatch, version: str | None, remote: str | None, *, there: bool
) -> None:
    """The local cloud names a runtime too, and the Spark server that it has."""
    for name, value in (("DATABRICKS_RUNTIME_VERSION", version), ("SPARK_REMOTE", remote)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert runtime.on_databricks() is there
