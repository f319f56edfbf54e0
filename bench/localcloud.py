"""Measures the local cloud's REST API against an empty response of the same HTTP server.

Writes its section of `docs/performance.md`, in three minutes: `make bench-localcloud`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil

from bench.load import Ask, Measured, measure, median, require_generator
from bench.page import ROOT, rewrite
from bench.synthesis import table
from localcloud.kernel import loopback
from localcloud.kernel.store import Store

TITLE = "## The local cloud's REST"
_HELD, _PRINCIPALS = 10_000, 50
_ROUNDS, _SECONDS, _ALONE, _MANY = 3, 4, 1, 50
_ECHO, _PAGE = "an empty answer (ceiling)", f"the newest 25 of {_HELD:,} runs"
# Targets: seconds to the first authorised response, milliseconds for one client, and responses per second and ms under
# load.
_START_S, _P50_MS, _PER_S, _P99_MS = 3.0, 5.0, 400, 300.0
_UNITY, _JOBS = "/api/2.1/unity-catalog", "/api/2.2/jobs"


@dataclass(frozen=True, kw_only=True)
class Running:
    """A measured process: its message when it answers, the seconds until then, and until its parts are ready.

    `answers_cpu_s`: its CPU time until it answered.
    """

    process: psutil.Process
    said: Mapping[str, Any]
    answers_s: float
    answers_cpu_s: float
    ready_s: float


def section() -> list[str]:
    """Create a cloud with many objects, restart it, measure it in turn with the echo server, and report."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder) / "home"
        with _running("cloud", str(home)) as fresh:
            caller = _furnish(fresh)
        _fill(home)
        cloud, echo = stack.enter_context(_running("cloud", str(home))), stack.enter_context(_running("echo"))
        asked = {_ECHO: (Ask(url=f"http://127.0.0.1:{echo.said['port']}/"), echo.process)}
        asked |= {name: (ask, cloud.process) for name, ask in _asks(cloud, caller, Path(folder)).items()}
        rounds = [
            {
                (name, clients): measure(ask, process, clients=clients, seconds=_SECONDS)
                for name, (ask, process) in asked.items()
                for clients in ((_ALONE,) if name == _PAGE else (_ALONE, _MANY))
            }
            for _ in range(_ROUNDS)
        ]
        memory_mib = cloud.process.memory_info().rss / 2**20
    middle = {key: median([one[key] for one in rounds]) for key in rounds[0]}
    return _written(fresh, cloud, memory_mib, middle)


@contextmanager
def _running(*what: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "bench.localcloud_process", *what]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        said = json.loads(process.stdout.readline())
        if "token" in said:
            _call(said, "GET", "/api/2.0/preview/scim/v2/Me", said["token"])
        answers_s, used = time.monotonic() - began, psutil.Process(process.pid).cpu_times()
        if "token" in said:
            process.stdout.readline()
        yield Running(
            process=psutil.Process(process.pid),
            said=said,
            answers_s=answers_s,
            answers_cpu_s=used.user + used.system,
            ready_s=time.monotonic() - began,
        )
    finally:
        process.stdin.close()
        process.wait(60)


def _call(said: Mapping[str, Any], method: str, path: str, token: str, **body: Any) -> dict[str, Any]:
    """A call on the account's port, or on the workspace's if there is one."""
    url = said.get("urls", {}).get("bench", f"http://127.0.0.1:{said['port']}")
    headers = {"Authorization": f"Bearer {token}"}
    answer = loopback.request(method, f"{url}{path}", headers=headers, json=body or None, timeout=30)
    answer.raise_for_status()
    return cast(dict[str, Any], answer.json())


def _furnish(fresh: Running) -> str:
    """Create a workspace, people, a table that one principal owns, and a run of a job; returns the principal's name."""
    token, said = fresh.said["token"], dict(fresh.said)
    made = _call(said, "POST", "/local/workspaces", token, name="bench", host="https://adb-1.1.azuredatabricks.net")
    said["urls"] = {"bench": f"http://127.0.0.1:{made['port']}"}
    scim = "/api/2.0/preview/scim/v2/ServicePrincipals"
    names = [_call(said, "POST", scim, token, displayName=f"p-{n}")["applicationId"] for n in range(_PRINCIPALS)]
    _call(said, "POST", f"{_UNITY}/catalogs", token, name="bench")
    _call(said, "POST", f"{_UNITY}/schemas", token, name="s", catalog_name="bench")
    _call(said, "POST", f"{_UNITY}/tables", token, name="t", catalog_name="bench", schema_name="s", columns=[])
    for kind, name, privilege in (("catalog", "bench", "USE_CATALOG"), ("schema", "bench.s", "USE_SCHEMA")):
        changes = [{"principal": names[-1], "add": [privilege]}]
        _call(said, "PATCH", f"{_UNITY}/permissions/{kind}/{name}", token, changes=changes)
    _call(said, "PATCH", f"{_UNITY}/tables/bench.s.t", token, owner=names[-1])
    task = {"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}
    access = [{"service_principal_name": names[-1], "permission_level": "CAN_VIEW"}]
    job = _call(said, "POST", f"{_JOBS}/create", token, name="job", tasks=[task], access_control_list=access)
    run = _call(said, "POST", f"{_JOBS}/run-now", token, job_id=job["job_id"])
    while not _call(said, "GET", f"{_JOBS}/runs/get?run_id={run['run_id']}", token)["state"].get("result_state"):
        time.sleep(0.05)
    return str(names[-1])


def _fill(home: Path) -> None:
    """Add that many tables, and runs of the job, in the store's format."""
    store = Store(home / "state.db")
    table_, run = store.all("table")[0], store.all("job_run")[0]
    with store.transaction():
        for number in range(1, _HELD):
            name = f"t{number}"
            same = {"name": name, "full_name": f"bench.s.{name}", "table_id": f"{number:032}"}
            store.put("table", same["full_name"], {**table_, **same})
            again = {**run, "run_id": 10 * number + 1000, "number": number + 1}
            store.put("job_run", str(again["run_id"]), again)
    store.close()


def _asks(cloud: Running, caller: str, folder: Path) -> dict[str, Ask]:
    """As the principal: one read and one write of its table, the state of a run, and pages of long lists."""
    url, account = cloud.said["urls"]["bench"], {"port": cloud.said["port"]}
    body = {"as": caller, "workspace": "bench", "lifetime_s": 3600}
    token = _call(account, "POST", "/local/tokens", cloud.said["token"], **body)["token"]
    run = _call(cloud.said, "GET", f"{_JOBS}/runs/list?limit=1", cloud.said["token"])["runs"][0]["run_id"]
    comment = folder / "comment.json"
    comment.write_text(json.dumps({"comment": "changed"}))
    held = {"Authorization": f"Bearer {token}"}
    one = f"{url}{_UNITY}/tables/bench.s.t"
    return {
        "read a table": Ask(url=one, headers=held),
        "write a table": Ask(url=one, method="PATCH", body=comment, headers=held),
        _PAGE: Ask(url=f"{url}{_JOBS}/runs/list?limit=25", headers=held),
        "a run's status": Ask(url=f"{url}{_JOBS}/runs/get?run_id={run}", headers=held),
    }


def _written(
    fresh: Running, cloud: Running, memory_mib: float, middle: Mapping[tuple[str, int], Measured]
) -> list[str]:
    rows = [
        (name, str(clients), f"{one.per_s:,.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", f"{one.cpu_ms:.2f}")
        for (name, clients), one in middle.items()
    ]
    load, cores = os.getloadavg()[0], os.cpu_count()
    return [
        TITLE,
        f"`make bench-localcloud`: a local cloud without Spark that holds {_HELD:,} tables, {_HELD:,} runs and "
        f"{_PRINCIPALS} principals, asked by a principal with grants. Load by bombardier (Go), {_SECONDS} s each in "
        f"turn, median of {_ROUNDS} rounds; times in milliseconds, processor time per answer is the server's. Load, "
        f"server and all else share {cores} cores; load {load:.0f} before it ended.",
        *table(("", "clients", "answers per second", "p50", "p99", "processor"), rows),
        *_verdicts(fresh, cloud, memory_mib, middle),
        "",
    ]


def _verdicts(
    fresh: Running, cloud: Running, memory_mib: float, middle: Mapping[tuple[str, int], Measured]
) -> Iterator[str]:
    """Targets and results."""
    yield ""
    yield (
        f"- Start: the first authorised answer after {fresh.answers_s:.1f} s empty and {cloud.answers_s:.1f} s full "
        f"(wanted: {_START_S:.0f}), of which processor time {fresh.answers_cpu_s:.1f} and {cloud.answers_cpu_s:.1f} s, "
        f"the rest is other load; MLflow and the task workers after {fresh.ready_s:.1f} and {cloud.ready_s:.1f} s; "
        f"{memory_mib:.0f} MiB."
    )
    ceiling = middle[_ECHO, _MANY]
    for name in dict.fromkeys(name for name, _ in middle if name not in (_ECHO, _PAGE)):
        alone, many = middle[name, _ALONE], middle[name, _MANY]
        yield (
            f"- {name}: p50 {alone.p50_ms:.1f} ms for one client (wanted: {_P50_MS:.0f}); for {_MANY} clients "
            f"{many.per_s:,.0f} calls a second (wanted: {_PER_S}; {many.per_s / ceiling.per_s:.0%} of the ceiling; "
            f"processor time allows {1000 / many.cpu_ms:,.0f}) and "
            f"p99 {many.p99_ms:.0f} ms (wanted: {_P99_MS:.0f})."
        )


def main() -> None:
    """Measure, and replace the section."""
    require_generator("make bench-localcloud")
    rewrite(section())


if __name__ == "__main__":
    main()
