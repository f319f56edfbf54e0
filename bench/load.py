"""Load by bombardier, which is Go: Python could not give it."""

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
# What it says of the answers that are none, by the class of their status.
_FAILED = ("req1xx", "req3xx", "req4xx", "req5xx", "others")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One round of load: answers a second, percentiles of their time, and processor time of the server an answer."""

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
    """End with what to do, `how`, where there is no generator."""
    if not _GENERATOR.is_file():
        raise SystemExit(f"there is no load generator: run {how}, which fetches it (it needs Go)")


def measure(ask: Ask, process: psutil.Process, *, clients: int, seconds: int) -> Measured:
    """Repeat `ask` by so many clients at once. Raises RuntimeError if any answer is no success."""
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
    """What bombardier says once so many clients have repeated `ask`, `per_s` times a second in all if that is given."""
    command = [str(_GENERATOR), "-c", str(clients), "-d", f"{seconds}s", "-m", ask.method, "-l"]
    # A server may take long on a busy machine; an answer that is given up is none to compare.
    command += ["-t", "60s", "-p", "r", "-o", "json"]
    command += ["-r", str(per_s)] if per_s else []
    command += ["-f", str(ask.body), "-H", "Content-Type: application/json"] if ask.body else []
    for name, value in (ask.headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    printed = subprocess.run([*command, ask.url], check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(printed)["result"]
    return found


def median(found: Sequence[Measured]) -> Measured:
    """The middle of several rounds, field by field."""
    names = ("per_s", "p50_ms", "p99_ms", "cpu_ms")
    return Measured(**{name: statistics.median(getattr(one, name) for one in found) for name in names})


def _processor_s(process: psutil.Process) -> float:
    return sum(
        sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)] if one.status() != "zombie"
    )
