"""Measures the scoring server against `mlflow models serve`.

Writes its section of `docs/performance.md`, in four minutes: `make bench-serving`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from bench import credit_model
from bench.load import Ask, Measured, measure, median, require_generator
from bench.page import ROOT, rewrite
from bench.synthesis import table
from localcloud.beside.postgres import Postgres, lacking
from ml.server.copy_features import copy

TITLE = "## Online scoring"
_START_LIMIT_S, _ROUNDS, _SECONDS = 180, 3, 5
_ALONE, _MANY = 1, 32
_OURS = ("`server`, 1 worker", "`server`, 2 workers")
_DATABASE = "`server`, 2 workers, features in PostgreSQL"
_THEIRS = ("`mlflow models serve -w 1`", "`mlflow models serve -w 2`")
# Targets: the ratio to the better of theirs, and the share of its 99th percentile; milliseconds for one client.
_TIMES, _PART, _P50_MS, _P99_MS = 25, 15, 3, 10


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server: its address, and the request body."""

    name: str
    process: psutil.Process
    url: str
    body: Path


def section() -> list[str]:
    """Measure all servers in turn, several rounds, and report."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        made = credit_model.make(Path(folder))
        database = stack.enter_context(_database(made)) if lacking() is None else None
        servers = [stack.enter_context(running(*one)) for one in _commands(made, Path(folder), database)]
        _require_same_answers(servers)
        rounds = [
            {(server.name, clients): _measured(server, clients) for server in servers for clients in (_ALONE, _MANY)}
            for _ in range(_ROUNDS)
        ]
    return _written(made, {key: [one[key] for one in rounds] for key in rounds[0]})


def _commands(made: credit_model.Made, folder: Path, database: str | None) -> Iterator[tuple[str, list[str], Path]]:
    """Name, command without its port, and body: ours gets only the key, MLflow's the complete row."""
    by_key, whole = folder / "key.json", folder / "row.json"
    by_key.write_text(json.dumps({"dataframe_records": [credit_model.KEY]}))
    whole.write_text(json.dumps({"dataframe_records": [made.row]}))
    ours = [sys.executable, "-m", "ml.server.main", "--model", str(made.packed), "--online-store", str(made.store)]
    theirs = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(made.raw), "--env-manager", "local"]
    for workers, name in enumerate(_OURS, 1):
        yield name, [*ours, "--version", "1", "--workers", str(workers)], by_key
    if database:
        yield _DATABASE, [*ours, "--version", "1", "--workers", "2", "--online-store", database], by_key
    for workers, name in enumerate(_THEIRS, 1):
        yield name, [*theirs, "-w", str(workers)], whole


@contextmanager
def _database(made: credit_model.Made) -> Iterator[str]:
    """The address of a PostgreSQL server with the published clients; its password is in the environment variables."""
    server, before = Postgres(), os.environ.get("PGPASSWORD")
    try:
        server.start()
        secrets = server.secrets
        os.environ["PGPASSWORD"] = secrets["password"]
        address = f"postgresql://{secrets['user']}@{secrets['host']}:{secrets['port']}/{secrets['database']}"
        copy(made.store, address)
        yield address
    finally:
        os.environ.pop("PGPASSWORD", None)
        if before is not None:
            os.environ["PGPASSWORD"] = before
        server.remove()


@contextmanager
def running(name: str, command: Sequence[str], body: Path) -> Iterator[Server]:
    """A server that answers, started with `command` and a port; it stops at the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # MLflow finds uvicorn on PATH.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONPATH": str(ROOT), "PATH": path}
    with (body.parent / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, f"{url}/ping", Path(log.name))
        yield Server(name=name, process=psutil.Process(process.pid), url=f"{url}/invocations", body=body)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _measured(server: Server, clients: int) -> Measured:
    ask = Ask(url=server.url, method="POST", body=server.body)
    return measure(ask, server.process, clients=clients, seconds=_SECONDS)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text(errors='replace')[-2000:]}")


def _require_same_answers(servers: Sequence[Server]) -> None:
    """Servers with different answers are not compared."""
    headers = {"Content-Type": "application/json"}
    said = {requests.post(one.url, one.body.read_bytes(), headers=headers, timeout=60).text.strip() for one in servers}
    if len(said) != 1 or "predictions" not in next(iter(said)):
        raise RuntimeError(f"the servers answer {sorted(said)}")


def _written(made: credit_model.Made, rounds: Mapping[tuple[str, int], Sequence[Measured]]) -> list[str]:
    middle = {key: median(found) for key, found in rounds.items()}
    rows = [
        (name, str(clients), f"{one.per_s:,.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", f"{one.cpu_ms:.2f}")
        for (name, clients), one in middle.items()
    ]
    return [
        TITLE,
        f"`make bench-serving`: the credit model ({len(made.row)} features, "
        "200 trees) on made-up clients, one row a request. Our server is asked by key: it looks the features up among "
        f"{credit_model.CLIENTS:,} clients and checks them; MLflow's gets the complete row. All answer the same bytes. "
        f"Load by bombardier (Go), {_SECONDS} s each in turn, median of {_ROUNDS} rounds; times in milliseconds, "
        f"processor time per answer is the server's. {_beside()}",
        *table(("", "clients", "answers per second", "p50", "p99", "processor"), rows),
        *_verdicts(middle),
        "",
    ]


def _verdicts(middle: Mapping[tuple[str, int], Measured]) -> Iterator[str]:
    """Targets and results."""
    fastest = max((middle[name, _MANY] for name in _THEIRS), key=lambda one: one.per_s)
    yield f"Beside the better of MLflow's two, at {_MANY} clients, and alone:"
    yield ""
    for name in (name for name in (*_OURS, _DATABASE) if (name, _MANY) in middle):
        many, alone = middle[name, _MANY], middle[name, _ALONE]
        yield (
            f"- {name}: {many.per_s / fastest.per_s:.0f} times the answers (wanted: {_TIMES}), p99 one "
            f"{fastest.p99_ms / many.p99_ms:.0f}th (wanted: a {_PART}th); one client p50 {alone.p50_ms:.1f} ms and p99 "
            f"{alone.p99_ms:.1f} ms (wanted: {_P50_MS} and {_P99_MS})."
        )


def _beside() -> str:
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    shared = f"On {cores} cores, which load, server and all else share"
    return f"{shared}; load {load:.0f} before it ended."


def main() -> None:
    """Measure, and replace the section."""
    require_generator("make bench-serving")
    rewrite(section())


if __name__ == "__main__":
    main()
