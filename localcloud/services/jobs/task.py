"""The start of a task in its own process: environment, working directory, wheel, entry point."""

import contextlib
import importlib.metadata
import json
import os
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.services.jobs import serverless
from localcloud.services.jobs.dbutils import Dbutils, NotebookExit, Spark, display
from localcloud.services.pipelines import process


@dataclass(frozen=True, kw_only=True)
class TaskOrder:
    """The code of one task. All paths are absolute; `wheel` is the folder of its own unpacked wheel, if it has one.

    It is an entry point of that wheel, or `code` that traces call `script`: a file with `arguments`, or a notebook with
    `widgets`. Folders of wheels that travel with it come `before` what this machine has, or after it as `libraries`.
    `pipeline`: the code is the source of a declarative pipeline, and this says which one and where its tables go.
    `serverless`: it behaves as on serverless compute, which lets it reach the hosts of `egress` alone; None for all.
    """

    wheel: str
    package_name: str
    entry_point: str
    arguments: list[str]
    environ: dict[str, str]
    directory: str
    log: str
    result: str
    before: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    serverless: bool = False
    egress: list[str] | None = None
    script: str = ""
    code: str = ""
    widgets: dict[str, str] | None = None
    pipeline: dict[str, Any] | None = None


class EntryPointError(LookupError):
    """The wheel has no such package or entry point."""


def run(order: TaskOrder) -> int:
    """Run the task; returns its exit code. Errors are in the log and the result file."""
    _redirect(order.log)
    _prepare(order)
    if order.serverless:
        serverless.install(order.egress)
    try:
        _execute(order)
    except NotebookExit as over:
        Path(order.result).write_text(json.dumps({"notebook_result": over.value}), encoding="utf-8")
    except SystemExit as stop:
        return _stopped(order, stop)
    except BaseException as error:  # noqa: BLE001 - whatever ends the task must be recorded
        return _failed(order, f"{type(error).__name__}: {error}", traceback.format_exc())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _execute(order: TaskOrder) -> None:
    if not order.script:
        entry = find_entry_point(Path(order.wheel), order.package_name, order.entry_point)
        sys.argv = [order.entry_point, *order.arguments]
        entry.load()()
        return
    if order.pipeline is not None:
        process.run(order.script, order.code, order.pipeline)
        return
    sys.argv = [order.script, *order.arguments]
    notebook = order.widgets is not None
    given = {"dbutils": Dbutils(order.widgets or {}), "display": display, "spark": Spark()} if notebook else {}
    exec(compile(order.code, order.script, "exec"), {"__name__": "__main__", **given})  # noqa: S102 - the task


def find_entry_point(wheel: Path, package_name: str, entry_point: str) -> importlib.metadata.EntryPoint:
    """The entry point in the wheel's metadata. Raises EntryPointError naming those that exist."""
    distributions = list(importlib.metadata.distributions(path=[str(wheel)]))
    found = next((d for d in distributions if _normal(d.metadata["Name"]) == _normal(package_name)), None)
    if found is None:
        present = ", ".join(d.metadata["Name"] for d in distributions) or "none"
        raise EntryPointError(f"package {package_name!r} is not in the wheel; it holds: {present}")
    scripts = {point.name: point for point in found.entry_points if point.group == "console_scripts"}
    if entry_point not in scripts:
        raise EntryPointError(
            f"{package_name!r} has no entry point {entry_point!r}; it has: {', '.join(sorted(scripts)) or 'none'}"
        )
    return scripts[entry_point]


def _normal(name: str) -> str:
    return name.replace("-", "_").lower()


def _redirect(log: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]


def _prepare(order: TaskOrder) -> None:
    os.environ.clear()
    os.environ.update(order.environ)
    os.chdir(order.directory)
    sys.path[:0] = [folder for folder in (order.wheel, *order.before) if folder]
    sys.path.extend(order.libraries)
    for name in [name for name in sys.modules if name.partition(".")[0] == "localcloud"]:
        del sys.modules[name]


def _stopped(order: TaskOrder, stop: SystemExit) -> int:
    if stop.code is None or stop.code == 0:
        return 0
    if isinstance(stop.code, int):
        return _failed(order, f"SystemExit: {stop.code}", "", stop.code)
    return _failed(order, f"SystemExit: {stop.code}", f"{stop.code}\n")


def _failed(order: TaskOrder, error: str, trace: str, code: int = 1) -> int:
    sys.stderr.write(trace)
    with contextlib.suppress(OSError):
        Path(order.result).write_text(json.dumps({"error": error, "error_trace": trace}), encoding="utf-8")
    return code
