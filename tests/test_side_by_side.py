"""`make test` runs every test once, in two processes, and fails if either fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import side_by_side

CODE = {
    "test_pure.py": "def test_pure(): assert {pure}",
    "test_served.py": "import pytest\n@pytest.mark.spark\ndef test_served(): assert {served}",
    "test_long.py": "import pytest\n@pytest.mark.spark\n@pytest.mark.long\ndef test_long(): assert False",
}


def _run(folder: Path, root: Path, *arguments: str, **values: bool) -> subprocess.CompletedProcess[str]:
    for name, text in CODE.items():
        (folder / name).write_text(text.format(**values) if "{" in text else text)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p tests.marks -q\n")
    # What this test run says about plugins must not reach the inner one.
    env = {"PYTHONPATH": str(root), "PATH": ""}
    command = [sys.executable, "-m", "tests.side_by_side", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_both_halves_run_and_the_long_ones_do_not(tmp_path: Path, root: Path) -> None:
    """One test passes in each half; the long one, which would fail, is in neither."""
    done = _run(tmp_path, root, pure=True, served=True)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("1 passed, 2 deselected") == 2


@pytest.mark.parametrize("broken", ["pure", "served"])
def test_a_failure_in_either_half_fails_both(tmp_path: Path, root: Path, broken: str) -> None:
    """And the failing test is named, at the very end with its reason, whichever half it is in."""
    done = _run(tmp_path, root, **{"pure": True, "served": True, broken: False})
    assert done.returncode == 1
    assert f"FAILED test_{broken}.py::test_{broken}" in done.stdout
    last = done.stdout.partition("=== what failed\n")[2].splitlines()
    assert last == [f"failure: test_{broken}::test_{broken}", "    assert False"]


def test_a_run_that_fails_without_a_failed_test_says_so(tmp_path: Path, root: Path) -> None:
    """As when a witness of the ledger does not call its route: the exit codes say which half it was."""
    (tmp_path / "conftest.py").write_text("def pytest_sessionfinish(session):\n    session.exitstatus = 1\n")
    done = _run(tmp_path, root, pure=True, served=True)
    assert done.returncode == 1
    assert done.stdout.partition("=== what failed\n")[2].startswith("no test: exit codes [1, 1];")


def test_a_half_that_was_stopped_is_named(tmp_path: Path) -> None:
    """It leaves no report behind: one of an earlier run is deleted first."""
    assert list(side_by_side.failures(tmp_path / "test-half-1.xml")) == [
        "test-half-1.xml was not written: that half was stopped before its end"
    ]


@pytest.mark.parametrize(
    ("codes", "expected"), [((0, 0), False), ((0, 5), False), ((5, 0), False), ((5, 5), True), ((1, 0), True)]
)
def test_a_half_without_tests_is_no_failure_unless_both_have_none(codes: tuple[int, int], expected: bool) -> None:
    """As with `ARGS=tests/policies`, where no test starts a server."""
    assert side_by_side.failed(codes) is expected


def test_a_choice_by_markers_is_refused() -> None:
    """It would replace the halves' own."""
    with pytest.raises(SystemExit, match="chooses by markers itself"):
        side_by_side.halves(["-m", "spark"])


def test_fast_tests_are_halved_by_rooms(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one half ignores, the other runs; a path that is given is one run."""
    monkeypatch.chdir(root)
    rest, rooms = side_by_side.halves(["fast", "-x"])
    ignored = [argument.removeprefix("--ignore=") for argument in rest if argument.startswith("--ignore=")]
    assert ignored == [argument for argument in rooms if argument.startswith("tests/")]
    assert [name for name in ignored if not Path(name).is_dir()] == []
    assert side_by_side.halves(["fast", "tests/policies"]) == (("-m", "fast", "tests/policies"),)
