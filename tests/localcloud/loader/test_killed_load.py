"""A load that is killed with SIGKILL: the next one ends as if there had been none, and leaves nothing behind."""

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.localcloud.loader.stacks import Stacks, counts

_JOBS, _SCHEMAS = 6, 6
_ALL = 1 + _SCHEMAS + _JOBS
_TIMEOUT_S = 60
# Reads where to load from its standard input, so that no list of processes shows the token.
_LOAD = """
import json, sys
from pathlib import Path
from localcloud import loader
from localcloud.endpoint import Endpoint
given = json.load(sys.stdin)
loader.load(Endpoint(**given["endpoint"]), Path(given["folder"]), None)
"""


def _wide() -> dict[str, Any]:
    """A catalog with schemas, and jobs."""
    task = {"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}
    schemas = {
        f"databricks_schema.s{number}": {"name": f"s{number}", "catalog_name": "${databricks_catalog.lake.name}"}
        for number in range(_SCHEMAS)
    }
    jobs = {f"databricks_job.j{number}": {"name": f"j{number}", "task": [task]} for number in range(_JOBS)}
    return {"databricks_catalog.lake": {"name": "lake", "force_destroy": True}, **schemas, **jobs}


def _begun(stacks: Stacks) -> "subprocess.Popen[str]":
    """A load in a process of its own."""
    core = stacks.core
    endpoint = {"account_url": core.account_url, "admin_token": core.admin_token}
    given = {"endpoint": endpoint | {"spark_remote": "", "mlflow_url": "", "pid": 0}, "folder": str(stacks.folder)}
    process = subprocess.Popen([sys.executable, "-c", _LOAD], stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(given))
    process.stdin.close()
    return process


def _names(stacks: Stacks, kind: str) -> list[str]:
    return sorted(str(each.get("name") or each["settings"]["name"]) for each in stacks.core.cloud.store.all(kind))


@pytest.mark.parametrize(("kind", "made"), [("schema", 3), ("job", 1), ("job", 4)])
def test_a_killed_load_goes_on(stacks: Stacks, kind: str, made: int) -> None:
    """Killed as soon as so many are there: nothing is made twice, nothing is left over, and a third load is quiet."""
    stacks.write("prod-ml", _wide())
    # Slow enough to be met in the middle; the same for whoever loads next.
    body = {"kind": "slow", "rate": 1.0, "seed": 1, "delay_s": 0.05, "route": "/api/**", "method": "POST"}
    assert stacks.core.call("POST", f"{stacks.core.account_url}/local/faults", json=body).status_code == 200
    before = {each["name"] for each in stacks.core.cloud.store.all("schema")}
    process = _begun(stacks)
    deadline = time.monotonic() + _TIMEOUT_S
    while len(set(_names(stacks, kind)) - before) < made:
        assert process.poll() is None, "the load ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    stacks.core.cloud.faults.clear()
    stacks.load()
    assert _names(stacks, "job") == [f"j{number}" for number in range(_JOBS)]
    found = [name for name in _names(stacks, "schema") if name.startswith("s")]
    assert found == [f"s{number}" for number in range(_SCHEMAS)]
    assert counts(stacks.load()) == (0, 0, _ALL, 0)
    recorded = {each["address"] for each in stacks.core.cloud.store.all("stack_resource")}
    assert len(recorded) == _ALL
