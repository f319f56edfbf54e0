"""`make bench-overload`: the scoring server at twice its sustained load, for ten minutes.

It writes its section of `docs/performance.md`. The minutes are an argument: `python -m bench.overload 1`. Nothing may
be lost: each request is answered, or refused with 429. Memory may not grow: the server's memory in the last tenth of
the time is compared with that in the second tenth, when all its buffers have been used.
"""

import json
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench import credit_model, load
from bench.load import Ask, measure, repeated, require_generator
from bench.page import rewrite
from bench.serving import Server, running
from bench.synthesis import table

TITLE = "## Overload"
# Rows per request: this many pass through the bounded queue, and take the model a while.
_ROWS = 4_000
_MINUTES, _SUSTAINED_S, _SAMPLE_S = 10, 15, 2.0
# More clients than the queue holds (256) are needed for refusals.
_CLIENTS, _FEW, _TIMES = 512, 8, 2
_GROWTH_MIB = 32


@dataclass(frozen=True, kw_only=True)
class Found:
    """The result of an overload: requests by outcome, and memory of the server in MiB, over time."""

    asked_per_s: int
    answered: int
    refused: int
    failed: int
    unanswered: int
    p99_s: float
    held_mib: Sequence[float]

    @property
    def lost(self) -> int:
        """Requests that were neither answered nor refused with 429."""
        return self.failed + self.unanswered

    @property
    def growth_mib(self) -> float:
        """From the second tenth of the time to the last."""
        tenth = max(1, len(self.held_mib) // 10)
        return statistics.median(self.held_mib[-tenth:]) - statistics.median(self.held_mib[tenth : 2 * tenth])


def section(minutes: float) -> list[str]:
    """Find the server's sustained load, ask twice as much, and report. Raises RuntimeError if that failed."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        made = credit_model.make(folder)
        body = folder / "keys.json"
        keys = [{"client_id": key % credit_model.CLIENTS} for key in range(_ROWS)]
        body.write_text(json.dumps({"dataframe_records": keys}))
        command = [sys.executable, "-m", "ml.server.main", "--model", str(made.packed), "--version", "1"]
        with running("server", [*command, "--online-store", str(made.store), "--workers", "1"], body) as server:
            ask = Ask(url=server.url, method="POST", body=body)
            sustained = measure(ask, server.process, clients=_FEW, seconds=_SUSTAINED_S).per_s
            found = _overloaded(server, ask, per_s=max(2, round(_TIMES * sustained)), seconds=round(60 * minutes))
    if found.lost or found.growth_mib > _GROWTH_MIB:
        raise RuntimeError(
            f"{found.unanswered} requests were not answered within the generator's {load.PATIENCE_S} s, {found.failed} "
            f"failed, and memory grew by {found.growth_mib:.0f} MiB: run it on an idle machine, or look for the cause"
        )
    if not found.refused:
        raise RuntimeError(
            f"no request was refused, so it was not too much: {sustained:.1f} a second were measured too low"
        )
    return _written(sustained, found, minutes)


def _overloaded(server: Server, ask: Ask, *, per_s: int, seconds: int) -> Found:
    with _watched(server.process) as held:
        said: dict[str, Any] = repeated(ask, clients=_CLIENTS, seconds=seconds, per_s=per_s)
    return Found(
        asked_per_s=per_s,
        answered=said["req2xx"],
        refused=said["req4xx"],
        failed=said["req1xx"] + said["req3xx"] + said["req5xx"],
        unanswered=said["others"],
        p99_s=said["latency"]["percentiles"]["99"] / 1e6,
        held_mib=held,
    )


@contextmanager
def _watched(process: psutil.Process) -> Iterator[list[float]]:
    """The memory of the process, in MiB, every two seconds within the block."""
    held: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_SAMPLE_S):
            held.append(process.memory_info().rss / 2**20)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield held
    finally:
        over.set()
        watching.join()


def _written(sustained: float, found: Found, minutes: float) -> list[str]:
    answers = found.answered + found.refused
    return [
        TITLE,
        f"`make bench-overload`: one worker, requests of {_ROWS:,} keys, by bombardier (Go). {_FEW} clients got "
        f"{sustained:.1f} answers a second; then {_CLIENTS} clients asked {found.asked_per_s} times a second for "
        f"{minutes:g} minutes. Wanted: no answer is lost, and memory grows by at most {_GROWTH_MIB} MiB from the "
        "second tenth of the time to the last.",
        *table(
            ("requests", "answered", "refused with 429", "lost", "p99", "memory at its most", "growth"),
            [
                (
                    f"{answers + found.lost:,}",
                    f"{found.answered:,}",
                    f"{found.refused:,}",
                    f"{found.lost:,}",
                    f"{found.p99_s:.1f} s",
                    f"{max(found.held_mib):.0f} MiB",
                    f"{found.growth_mib:+.1f} MiB",
                )
            ],
        ),
        "",
    ]


def main(arguments: Sequence[str]) -> None:
    """Measure, and replace the section."""
    require_generator("make bench-overload")
    rewrite(section(float(arguments[0]) if arguments else _MINUTES))


if __name__ == "__main__":
    main(sys.argv[1:])
