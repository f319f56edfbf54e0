"""An extra runs if its inputs changed since it last passed; what does not run is named with its reason."""

import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def extras() -> ModuleType:
    """The module `.ci/extras.py`, which lies in no package."""
    path = Path(__file__).parents[2] / ".ci" / "extras.py"
    spec = importlib.util.spec_from_file_location("extras", path)
    assert spec is not None
    assert spec.loader is not None
    found = sys.modules["extras"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an input, `in/a`, and a file beside it."""
    monkeypatch.chdir(tmp_path)
    for name in ("EXTRAS", "CI_STARTED_S"):
        monkeypatch.delenv(name, raising=False)
    for name in ("in/a", "beside", ".ci/extras.passed"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "."], check=True)
    return tmp_path


def _extra(extras: ModuleType, script: str = "echo run >> runs", python: str = "") -> list[object]:
    return [extras.Extra(name="one", inputs=("in",), script=script, python=python)]


def _runs(folder: Path) -> int:
    return (folder / "runs").read_text().count("run") if (folder / "runs").exists() else 0


def test_what_passed_runs_again_only_for_other_inputs(extras: ModuleType, repository: Path) -> None:
    """A change beside its inputs is none of them; a changed, a new and a renamed file are."""
    seen = []
    changes = (
        lambda: None,
        lambda: None,
        lambda: (repository / "beside").write_text("x"),
        lambda: (repository / "in" / "a").write_text("x"),
        lambda: (repository / "in" / "b").write_text("new"),
        lambda: (repository / "in" / "b").rename(repository / "in" / "c"),
    )
    for change in changes:
        change()
        assert extras.main([], _extra(extras)) == 0
        seen.append(_runs(repository))
    assert seen == [1, 1, 1, 2, 3, 4]
    assert len((repository / ".ci" / "extras.passed").read_text().splitlines()) == 1


def test_what_cannot_end_in_time_stays_due(
    extras: ModuleType, repository: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A run that began too long ago leaves it out, says so and notes nothing; EXTRAS=1 runs it all the same."""
    monkeypatch.setenv("CI_STARTED_S", "0")
    assert extras.main([], _extra(extras)) == 0
    assert "it stays due (make extras runs it)" in capfd.readouterr().out
    assert _runs(repository) == 0
    assert (repository / ".ci" / "extras.passed").read_text() == ""
    monkeypatch.setenv("EXTRAS", "1")
    assert extras.main([], _extra(extras)) == 0
    assert _runs(repository) == 1


def test_a_short_extra_may_begin_later(extras: ModuleType, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each extra says how late in the run it may still begin."""
    monkeypatch.setattr(extras, "used_s", lambda: extras.LATEST_START_S + 60)
    (short,) = _extra(extras)
    extras.main([], [short])
    assert _runs(repository) == 0
    extras.main([], [dataclasses.replace(short, latest_start_s=extras.SLOW_LATEST_START_S)])
    assert _runs(repository) == 1


def test_what_fails_is_due_again(extras: ModuleType, repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It fails the run, nothing is noted, and its script stops at the first command that fails."""
    failing = _extra(extras, "false\necho run >> runs")
    assert [extras.main([], failing), extras.main([], failing)] == [1, 1]
    assert "extra one: FAILED" in capfd.readouterr().out
    assert _runs(repository) == 0
    assert (repository / ".ci" / "extras.passed").read_text() == ""


def test_extras_1_runs_all(extras: ModuleType, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was noted."""
    extras.main([], _extra(extras))
    monkeypatch.setenv("EXTRAS", "1")
    extras.main([], _extra(extras))
    assert _runs(repository) == 2


def test_what_was_left_out_is_named(extras: ModuleType, repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As passed before, for lack of an interpreter, or due and only listed."""
    assert extras.main(["--list"], _extra(extras)) == 0
    assert capfd.readouterr().out == "extra one: due\n"
    extras.main([], _extra(extras))
    capfd.readouterr()
    extras.main([], _extra(extras))
    assert "extra one: left out, its inputs are those that it passed with" in capfd.readouterr().out
    (repository / "in" / "a").write_text("changed")
    extras.main([], _extra(extras, python="3.99"))
    assert "extra one: left out, this machine has no Python 3.99" in capfd.readouterr().out
    assert _runs(repository) == 1


def test_the_declared_inputs_are_there(extras: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pathspec that matches nothing would never be seen to change."""
    monkeypatch.chdir(root)
    listed = {
        spec: subprocess.run(["git", "ls-files", "--", spec], capture_output=True, text=True, check=True).stdout
        for extra in extras.EXTRAS
        for spec in extra.inputs
    }
    assert [spec for spec, files in listed.items() if not files] == []


def test_what_needs_an_environment_that_is_not_there_is_left_out_with_the_command_that_makes_it(
    extras: ModuleType, repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """And it runs as soon as the environment is there."""
    extra = extras.Extra(
        name="one", inputs=("in",), script="echo run >> runs", environment=".venv-x", made_by="make setup-x"
    )
    assert extras.main([], [extra]) == 0
    assert "extra one: left out, .venv-x is not there (make setup-x makes it)" in capfd.readouterr().out
    assert _runs(repository) == 0
    (repository / ".venv-x").mkdir()
    assert extras.main([], [extra]) == 0
    assert _runs(repository) == 1
