"""Tasks run in forked processes, from the unpacked wheel, with only what they were given."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from localcloud.kernel.processes import wait_until
from localcloud.services.jobs.task import TaskOrder
from localcloud.services.jobs.wheels import WheelError, unpack
from localcloud.services.jobs.workers import Handle, Workers, WorkersError
from tests.localcloud.wheels import write_wheel

CODE = """
import json, os, subprocess, sys, time

HERE = set(sys.modules)

def facts():
    found = {"heavy": sorted({"mlflow", "pandas", "sklearn", "xgboost"} & HERE), "parent": os.getppid()}
    found |= {"argv": sys.argv, "cwd": os.getcwd(), "environ": dict(os.environ), "file": __file__}
    for name in ("ml", "infra", "localcloud", "cli"):
        try:
            __import__(name)
            found[name] = "importable"
        except ModuleNotFoundError:
            found[name] = "absent"
    print(json.dumps(found))

def fails():
    raise ValueError("the values are wrong")

def leaves():
    sys.exit("cannot go on")

def hangs():
    child = subprocess.Popen(["sleep", "600"])
    print(child.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ("facts", "fails", "leaves", "hangs")
    folder = tmp_path_factory.mktemp("wheel")
    archive = write_wheel(
        folder, modules={"probe/__init__.py": CODE}, entry_points={name: f"probe:{name}" for name in names}
    )
    return unpack(archive.read_bytes(), folder / "unpacked")


def _order(
    wheel: Path, directory: Path, entry_point: str, *, package: str = "probe", environ: Mapping[str, str] | None = None
) -> TaskOrder:
    return TaskOrder(
        wheel=str(wheel),
        package_name=package,
        entry_point=entry_point,
        arguments=["--use-case", "credit"],
        environ=dict(environ or {}),
        directory=str(directory),
        log=str(directory / "log"),
        result=str(directory / "result.json"),
    )


def _run(workers: Workers, order: TaskOrder) -> Handle:
    handle = workers.start(order)
    assert handle.ended.wait(30)
    return handle


def _gone(pid: int) -> bool:
    def dead() -> bool:
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE

    return wait_until(dead, timeout_s=10)


def test_a_task_sees_only_what_it_was_given(workers: Workers, wheel: Path, tmp_path: Path) -> None:
    """Arguments, environment, directory and wheel are the order's; the checkout and the shell's token are not there."""
    handle = _run(workers, _order(wheel, tmp_path, "facts", environ={"GIVEN": "yes", "PATH": "/usr/bin"}))
    found = json.loads((tmp_path / "log").read_text())
    assert handle.exit_code == 0
    assert found["argv"] == ["facts", "--use-case", "credit"]
    assert found["cwd"] == str(tmp_path)
    assert found["environ"] == {"GIVEN": "yes", "PATH": "/usr/bin"}
    assert found["file"].startswith(str(wheel))
    assert {name: found[name] for name in ("ml", "infra", "localcloud", "cli")} == {
        "ml": "absent",
        "infra": "absent",
        "localcloud": "absent",
        "cli": "absent",
    }


def test_heavy_imports_are_paid_once(workers: Workers, wheel: Path, tmp_path: Path) -> None:
    """Two tasks are children of one process, and find the heavy libraries loaded before their own first line."""
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _run(workers, _order(wheel, tmp_path / name, "facts"))
        found.append(json.loads((tmp_path / name / "log").read_text()))
    assert [task["heavy"] for task in found] == [["mlflow", "pandas", "sklearn", "xgboost"]] * 2
    assert found[0]["parent"] == found[1]["parent"] != os.getpid()


@pytest.mark.programs
def test_workers_that_are_slow_and_workers_that_ended_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine they may need longer than the limit; ended ones say so at once, whatever the limit."""
    with pytest.raises(WorkersError, match="the task workers did not start within 0 s"):
        Workers(tmp_path / "slow").wait_ready(timeout_s=0)
    monkeypatch.setattr("localcloud.services.jobs.workers.sys.executable", "/bin/false")
    ended = Workers(tmp_path / "ended")
    ended.log.parent.mkdir(parents=True)
    ended.launch()
    with pytest.raises(WorkersError, match="the task workers ended"):
        ended.wait_ready()


def test_an_exception_is_recorded(workers: Workers, wheel: Path, tmp_path: Path) -> None:
    """The error and its trace reach the result; the trace is in the log too."""
    handle = _run(workers, _order(wheel, tmp_path, "fails"))
    result = json.loads((tmp_path / "result.json").read_text())
    assert handle.exit_code == 1
    assert result["error"] == "ValueError: the values are wrong"
    assert 'raise ValueError("the values are wrong")' in result["error_trace"]
    assert "ValueError: the values are wrong" in (tmp_path / "log").read_text()


def test_an_exit_with_a_message_fails_the_task(workers: Workers, wheel: Path, tmp_path: Path) -> None:
    """`sys.exit("text")` is a failure whose error is the text."""
    assert _run(workers, _order(wheel, tmp_path, "leaves")).exit_code == 1
    assert json.loads((tmp_path / "result.json").read_text())["error"] == "SystemExit: cannot go on"


@pytest.mark.parametrize(
    ("named", "error"),
    [
        (("renamed", "probe"), "'probe' has no entry point 'renamed'; it has: facts, fails, hangs, leaves"),
        (("facts", "other"), "package 'other' is not in the wheel; it holds: probe"),
    ],
)
def test_an_unknown_entry_point_names_the_known_ones(
    workers: Workers, wheel: Path, tmp_path: Path, named: tuple[str, str], error: str
) -> None:
    """A renamed entry point or package fails the task, and the error lists what the wheel has."""
    entry_point, package = named
    assert _run(workers, _order(wheel, tmp_path, entry_point, package=package)).exit_code == 1
    assert json.loads((tmp_path / "result.json").read_text())["error"] == f"EntryPointError: {error}"


def test_a_killed_task_takes_its_children_along(workers: Workers, wheel: Path, tmp_path: Path) -> None:
    """Killing a task kills what it started; the handle then reports the signal."""
    handle = workers.start(_order(wheel, tmp_path, "hangs", environ={"PATH": os.environ["PATH"]}))
    log = tmp_path / "log"
    assert wait_until(lambda: log.is_file() and log.read_text().strip() != "", timeout_s=10)
    grandchild = int(log.read_text())
    workers.kill(handle)
    assert handle.ended.wait(10)
    assert handle.exit_code == -9
    assert _gone(grandchild)


def test_a_lost_template_fails_its_tasks_and_comes_back(workers: Workers, wheel: Path, tmp_path: Path) -> None:
    """When the template is killed its tasks end as killed, and the next task runs."""
    handle = workers.start(_order(wheel, tmp_path, "hangs", environ={"PATH": os.environ["PATH"]}))
    assert wait_until(lambda: handle.pid is not None, timeout_s=10)
    template = psutil.Process(handle.pid).parent()
    assert template is not None
    template.kill()
    assert handle.ended.wait(10)
    assert handle.exit_code == -9
    assert _gone(handle.pid)
    assert _run(workers, _order(wheel, tmp_path, "facts")).exit_code == 0


def test_a_wheel_is_unpacked_once_by_content(tmp_path: Path) -> None:
    """Two copies of one wheel share a folder named by the SHA-256; other content gets another folder."""
    one = write_wheel(tmp_path / "a", modules={"probe/__init__.py": "x = 1"}, entry_points={}).read_bytes()
    two = write_wheel(tmp_path / "b", modules={"probe/__init__.py": "x = 2"}, entry_points={}).read_bytes()
    folders = [unpack(content, tmp_path / "wheels") for content in (one, one, two)]
    assert folders[0] == folders[1] != folders[2]
    assert (folders[2] / "probe" / "__init__.py").read_text() == "x = 2"
    assert len(list((tmp_path / "wheels").iterdir())) == 2


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    """Bytes that are no archive are refused and leave nothing behind."""
    with pytest.raises(WheelError, match="not a wheel"):
        unpack(b"not a zip", tmp_path / "wheels")
    assert list((tmp_path / "wheels").iterdir()) == []


def test_a_wheel_cannot_write_elsewhere(tmp_path: Path) -> None:
    """An archive member that climbs out of the folder is refused."""
    archive = write_wheel(tmp_path, modules={"../escaped.py": "x = 1"}, entry_points={})
    with pytest.raises(WheelError, match="outside its folder"):
        unpack(archive.read_bytes(), tmp_path / "wheels")
    assert not (tmp_path / "escaped.py").exists()
