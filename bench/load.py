"""Load generation with bombardier, which is written in Go: Python could not generate enough load."""

import json
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.page import ROOT

_GENERATOR = ROOT / ".tools" / "bench" / "bombardier"
# A server may be slow on a busy machine; an abandoned response would not be comparable.
PATIENCE_S = 60
# bombardier's counts of responses other than success, by the class of their status.
_FAILED = ("req1xx", "req3xx", "req4xx", "req5xx", "others")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One round of load: responses per second, percentiles of their latency, and the server's CPU time per response."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request to repeat; `body` is the file with its JSON."""

    url: str
    method: str = "GET"
    body: Path | None = None
    headers: Mapping[str, str] | None = None


def require_generator(how: str) -> None:
    """Exit with the hint `how` if there is no load generator."""
    if not _GENERATOR.is_file():
        raise SystemExit(f"there is no load generator: run {how}, which fetches it (it needs Go)")


def measure(ask: Ask, process: psutil.Process, *, clients: int, seconds: int) -> Measured:
    """Repeat `ask` with so many concurrent clients. Raises RuntimeError if any response is not a success."""
    before = _processor_s(process)
    found = repeated(ask, clients=clients, seconds=seconds)
    used_s = _processor_s(process) - before
    answered, failed = found["req2xx"], sum(found[name] for name in _FAILED)
    if failed or not answered:
        raise RuntimeError(f"{ask.method} {ask.url}: {failed} of {answered + failed} requests failed")
    percentiles = found["latency"]["percentiles"]
    return Measured(
        per_s=answered / found["timeTakenSeconds"],
        p50_ms=percentiles["50"] / 1000,
        p99_ms=percentiles["99"] / 1000,
        cpu_ms=used_s * 1000 / answered,
    )


def repeated(ask: Ask, *, clients: int, seconds: int, per_s: int | None = None) -> dict[str, Any]:
    """bombardier's result once so many clients have repeated `ask`, at `per_s` requests per second in all if given."""
    command = [str(_GENERATOR), "-c", str(clients), "-d", f"{seconds}s", "-m", ask.method, "-l"]
    command += ["-t", f"{PATIENCE_S}s", "-p", "r", "-o", "json"]
    command += ["-r", str(per_s)] if per_s else []
    command += ["-f", str(ask.body), "-H", "Content-Type: application/json"] if ask.body else []
    for name, value in (ask.headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    printed = subprocess.run([*command, ask.url], check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(printed)["result"]
    return found


def median(found: Sequence[Measured]) -> Measured:
    """The median of several rounds, field by field."""
    names = ("per_s", "p50_ms", "p99_ms", "cpu_ms")
    return Measured(**{name: statistics.median(getattr(one, name) for one in found) for name in names})


def _processor_s(process: psutil.Process) -> float:
    return sum(
        sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)] if one.status() != "zombie"
    )
