"""`make test` runs every test once, in three lanes, and fails if any run fails."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import side_by_side

CODE = {
    "test_pure.py": "def test_pure(): assert {pure}",
    "test_served.py": "import pytest\n@pytest.mark.spark\ndef test_served(): assert {served}",
    "tests/ml/test_job.py": "import pytest\n@pytest.mark.spark\ndef test_job(): assert {job}",
    "test_slow.py": "import pytest\n@pytest.mark.spark\n@pytest.mark.slow\ndef test_slow(): assert False",
    "test_long.py": "import pytest\n@pytest.mark.spark\n@pytest.mark.long\ndef test_long(): assert False",
}


def _run(folder: Path, root: Path, *arguments: str, **values: bool) -> subprocess.CompletedProcess[str]:
    for room in (
        side_by_side.JOBS,
        *(room for _, lanes in side_by_side.ALONE.values() for rooms in lanes for room in rooms),
    ):
        (folder / room).mkdir(parents=True, exist_ok=True)
    for name, text in CODE.items():
        (folder / name).write_text(text.format(**{"job": True} | values) if "{" in text else text)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p tests.marks -q\n")
    # What this test run says about plugins must not reach the inner one, which needs none of those installed.
    env = {"PYTHONPATH": str(root), "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "tests.side_by_side", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_every_run_has_its_tests_and_none_the_slow_or_long_ones(tmp_path: Path, root: Path) -> None:
    """One test passes in each: jobs, other servers, and of neither one; the slow and the long one would fail."""
    done = _run(tmp_path, root, pure=True, served=True)
    assert done.returncode == 0, done.stdout
    assert sorted(re.findall(r"1 passed(?:, \d deselected)?", done.stdout)) == [
        "1 passed",
        "1 passed, 3 deselected",
        "1 passed, 4 deselected",
    ]


def test_the_slow_ones_run_alone(tmp_path: Path, root: Path) -> None:
    """Each once, and none of the others, which would fail."""
    done = _run(tmp_path, root, "slow", pure=False, served=False)
    assert done.returncode == 1
    assert re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE) == ["test_slow.py::test_slow"]


@pytest.mark.parametrize("broken", ["pure", "served", "job"])
def test_a_failure_in_any_run_fails_all(tmp_path: Path, root: Path, broken: str) -> None:
    """And the failing test is named, at the very end with its reason, whichever run it is in."""
    done = _run(tmp_path, root, **{"pure": True, "served": True, broken: False})
    assert done.returncode == 1
    folder = "tests/ml/" if broken == "job" else ""
    assert f"FAILED {folder}test_{broken}.py::test_{broken}" in done.stdout
    last = done.stdout.partition("=== what failed\n")[2].splitlines()
    module = folder.replace("/", ".") + f"test_{broken}"
    assert last == [f"failure: {module}::test_{broken}", "    assert False"]


def test_a_run_that_fails_without_a_failed_test_says_so(tmp_path: Path, root: Path) -> None:
    """As when a witness of a route does not call its route: the exit codes say which run it was."""
    (tmp_path / "conftest.py").write_text("def pytest_sessionfinish(session):\n    session.exitstatus = 1\n")
    done = _run(tmp_path, root, pure=True, served=True)
    assert done.returncode == 1
    assert done.stdout.partition("=== what failed\n")[2].startswith("no test: exit codes [1, 1, 1];")


def test_a_half_that_was_stopped_is_named(tmp_path: Path) -> None:
    """It leaves no report behind: one of an earlier run is deleted first."""
    assert list(side_by_side.failures(tmp_path / "test-run-0-0.xml")) == [
        "test-run-0-0.xml was not written: that run was stopped before its end"
    ]


@pytest.mark.parametrize(
    ("codes", "expected"), [((0, 0), False), ((0, 5), False), ((5, 0), False), ((5, 5), True), ((1, 0), True)]
)
def test_a_half_without_tests_is_no_failure_unless_both_have_none(codes: tuple[int, int], expected: bool) -> None:
    """As with `ARGS=tests/policies`, where no test starts a server."""
    assert side_by_side.failed(codes) is expected


def test_a_choice_by_markers_is_refused() -> None:
    """It would replace the lanes' own."""
    with pytest.raises(SystemExit, match="chooses by markers itself"):
        side_by_side.lanes(["-m", "spark"])


def test_fast_tests_are_divided_by_rooms(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first lane ignores, the others run; a path that is given is one run."""
    monkeypatch.chdir(root)
    (rest,), *others = side_by_side.lanes(["fast", "-x"])
    ignored = [argument.removeprefix("--ignore=") for argument in rest if argument.startswith("--ignore=")]
    assert ignored == [argument for (rooms,) in others for argument in rooms if argument.startswith("tests/")]
    assert [name for name in ignored if not Path(name).is_dir()] == []
    assert side_by_side.lanes(["fast", "tests/policies"]) == ((("-m", "fast", "tests/policies"),),)
