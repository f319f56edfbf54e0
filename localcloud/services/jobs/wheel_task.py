"""Tasks with code: check the cluster, fetch wheels and code as the principal, run them in a separate process."""

import json
import os
import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from localcloud.kernel import identity
from localcloud.kernel.cloud import Cloud, Workspace
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller
from localcloud.kernel.processes import MARK
from localcloud.services.compute.admission import ClusterRefusedError, check
from localcloud.services.jobs import libraries, records
from localcloud.services.jobs.clusters import cluster_of
from localcloud.services.jobs.graph import Result
from localcloud.services.jobs.outcome import Outcome, Stop, refused, wait_for
from localcloud.services.jobs.scripts import Script, ScriptError, content_of, script_of
from localcloud.services.jobs.task import TaskOrder
from localcloud.services.jobs.task_wheels import environment_version, own_first, require_fit, wheel_paths
from localcloud.services.jobs.wheels import WheelError, unpack
from localcloud.services.jobs.workers import Handle, Workers, WorkersError
from localcloud.services.network import reach

_DAY_S = 24 * 3600
FAILED_MESSAGE = "Workload failed, see run output for details."


class WheelTasks:
    """Runs wheels, notebooks and files, at most `parallel` at a time; the others wait."""

    def __init__(self, cloud: Cloud, workers: Workers, *, parallel: int) -> None:
        self._cloud = cloud
        self._workers = workers
        self._slots = threading.Semaphore(parallel)

    def run(
        self,
        task: Mapping[str, Any],
        settings: Mapping[str, Any],
        *,
        run_as: str,
        workspace: str,
        run_id: int,
        stop: Stop,
    ) -> Outcome:
        """Run `task` (references resolved) to its end. `run_id` is the task's own run id."""
        timeout_s = int(task.get("timeout_seconds") or 0)
        waiting = wait_for(lambda poll_s: self._slots.acquire(timeout=poll_s), stop, None)
        if waiting is not None:
            return waiting
        deadline_s = time.monotonic() + timeout_s if timeout_s else None
        lifetime_s, serverless = timeout_s + 600 if timeout_s else _DAY_S, bool(task.get("environment_key"))
        token = identity.mint(self._cloud, run_as, workspace, lifetime_s, serverless=serverless)
        try:
            place = self._cloud.workspace(workspace)
            caller = identity.authenticate(self._cloud, token, place.port)
            wheels = self._admit(task, settings, caller)
            script = script_of(self._cloud, caller, task)
            order = self._order(task.get("python_wheel_task") or {}, wheels, run_id, place, token)
            if script is not None:
                order = _of_a_script(order, script)
            if serverless:
                order = self._on_serverless(order, environment_version(task, settings), place)
            return self._follow(order, stop, deadline_s)
        except ClusterRefusedError as error:
            return refused(str(error), "INVALID_CLUSTER_REQUEST")
        except ScriptError as error:
            return refused(str(error), "RESOURCE_NOT_FOUND")
        except (ApiError, WheelError) as error:
            return refused(f"Library installation failed: {error}", "LIBRARY_INSTALLATION_ERROR")
        except WorkersError as error:
            return Outcome(result=Result.FAILED, message=str(error), error=str(error), code="DRIVER_ERROR")
        finally:
            identity.revoke(self._cloud, token)
            self._slots.release()

    def _admit(self, task: Mapping[str, Any], settings: Mapping[str, Any], caller: Caller) -> list[Path]:
        """The unpacked wheels, the task's own first, if policy and grants allow them to `caller` and they fit."""
        cluster = cluster_of(task, settings)
        if cluster is not None:
            check(self._cloud, caller, cluster)
        wheels = own_first(self._wheels(task, settings, caller), task)
        require_fit(wheels, task, settings)
        return wheels

    def _order(
        self, work: Mapping[str, Any], wheels: list[Path], run_id: int, workspace: Workspace, token: str
    ) -> TaskOrder:
        directory = records.folder(self._cloud.home, run_id)
        (directory / "scratch").mkdir(parents=True, exist_ok=True)
        named = [f"--{name}={value}" for name, value in (work.get("named_parameters") or {}).items()]
        own = wheels[:1] if work else []
        before, after = libraries.placed(wheels[len(own) :])
        return TaskOrder(
            wheel=str(own[0]) if own else "",
            before=[str(folder) for folder in before],
            libraries=[str(folder) for folder in after],
            package_name=work.get("package_name", ""),
            entry_point=work.get("entry_point", ""),
            arguments=[*(work.get("parameters") or []), *named],
            environ=task_environ(self._cloud, workspace, token, directory),
            directory=str(directory / "scratch"),
            log=str(records.log(self._cloud.home, run_id)),
            result=str(directory / "result.json"),
        )

    def _on_serverless(self, order: TaskOrder, version: str, workspace: Workspace) -> TaskOrder:
        """The same task with serverless compute's environment and network limits."""
        environ = order.environ | {"DATABRICKS_RUNTIME_VERSION": f"client.{version}.0"}
        egress = reach.egress(self._cloud, workspace.workspace_id)
        return replace(order, environ=environ, serverless=True, egress=egress)

    def _wheels(self, task: Mapping[str, Any], settings: Mapping[str, Any], caller: Caller) -> list[Path]:
        unpacked = []
        for path in wheel_paths(task, settings):
            unpacked.append(unpack(content_of(self._cloud, caller, path), self._cloud.home / "wheels"))
        return unpacked

    def _follow(self, order: TaskOrder, stop: Stop, deadline_s: float | None) -> Outcome:
        handle = self._workers.start(order)
        stopped = wait_for(handle.ended.wait, stop, deadline_s)
        if stopped is not None:
            with suppress(WorkersError):
                self._workers.kill(handle)
            handle.ended.wait(10)
        outcome = stopped or _outcome(handle, order)
        shutil.rmtree(order.directory, ignore_errors=True)
        return outcome


def _of_a_script(order: TaskOrder, script: Script) -> TaskOrder:
    widgets = None if script.widgets is None else dict(script.widgets)
    pipeline = None if script.pipeline is None else dict(script.pipeline)
    given = replace(order, script=script.name, code=script.code, arguments=script.arguments)
    return replace(given, widgets=widgets, pipeline=pipeline)


def task_environ(cloud: Cloud, workspace: Workspace, token: str, directory: Path) -> dict[str, str]:
    """The whole environment of a task: its own token and addresses, nothing else of this process's environment."""
    scratch = str(directory / "scratch")
    passed = {name: os.environ[name] for name in ("PATH", "CUDA_VISIBLE_DEVICES") if name in os.environ}
    return passed | {
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUTF8": "1",
        MARK: str(cloud.home),
        "DATABRICKS_HOST": workspace.url,
        "DATABRICKS_TOKEN": token,
        "DATABRICKS_AUTH_TYPE": "pat",
        "SPARK_REMOTE": cloud.spark_remote,
        "MLFLOW_TRACKING_URI": workspace.url,
        "MLFLOW_REGISTRY_URI": "databricks-uc",
        "MLFLOW_TRACKING_TOKEN": token,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "GIT_PYTHON_REFRESH": "quiet",
        "MLOPS_TABLE_DOOR": "unity-rest",
        "MLOPS_TASK_VALUES": str(directory / "values.json"),
    }


def _outcome(handle: Handle, order: TaskOrder) -> Outcome:
    values = _read_json(Path(order.result).with_name("values.json"))
    result = _read_json(Path(order.result))
    if handle.exit_code == 0:
        return Outcome(result=Result.SUCCESS, values=values, notebook_result=result.get("notebook_result"))
    code = handle.exit_code or 0
    killed = (
        f"the task's process was killed by signal {-code}" if code < 0 else f"the task's process exited with {code}"
    )
    return Outcome(
        result=Result.FAILED,
        message=FAILED_MESSAGE,
        error=result.get("error") or killed,
        error_trace=result.get("error_trace") or "",
        values=values,
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
