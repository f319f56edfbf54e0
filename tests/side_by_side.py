"""`make test` and `make test-fast`: lanes of pytest beside each other, for two cores. Each lane waits now and then.

`make test` has three: the jobs on Spark, what else starts servers, and what starts none. `fast` alone (`make
test-fast`) has three by rooms; `slow`, which is no part of `make test`, has two. Exit code 1 if a run of a lane fails,
or none has a test. What failed in any is said again at the very end: the last lines of a log are enough.
`python -m tests.side_by_side [fast|slow] [pytest's arguments]`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

SERVERS, FAST = ("-m", "not fast and not slow and not long"), ("-m", "fast")
SLOW = ("-m", "slow and not long")
JOBS = "tests/ml"
# What runs alone: its marker, and the rooms of each lane but the first, which has every other room, and any new one.
ALONE = {
    "fast": (FAST, (("tests/infra", "tests/policies"), ("tests/cli", "tests/docs", "tests/localcloud"))),
    "slow": (SLOW, (tuple(f"tests/ml/{room}" for room in ("ingest", "maintenance", "pipelines", "training")),)),
}
LOG = Path("dist") / "test-beside.log"
_PASSED, _NO_TESTS = 0, 5
_REASON_CHARACTERS = 600

Arguments = tuple[str, ...]


def lanes(arguments: Sequence[str]) -> tuple[tuple[Arguments, ...], ...]:
    """Pytest's arguments of each run, by lane. Given paths choose by themselves, so they are not split by rooms."""
    alone = ALONE.get(arguments[0]) if arguments else None
    given = tuple(arguments[1:] if alone else arguments)
    if any(argument.startswith("-m") for argument in given):
        raise SystemExit("make test chooses by markers itself; run `python -m pytest -m …` to choose others")
    named = any(Path(argument.partition("::")[0]).exists() for argument in given)
    if named:
        return ((((*alone[0], *given)),),) if alone else (((*SERVERS, *given),), ((*FAST, *given),))
    if alone:
        return tuple((run,) for run in _parts(*alone, given))
    return ((*SERVERS, *given, JOBS),), ((*SERVERS, f"--ignore={JOBS}", *given),), ((*FAST, *given),)


def _parts(marker: Arguments, lanes: Sequence[Arguments], given: Arguments) -> tuple[Arguments, ...]:
    """The marker's tests in all rooms but those of `lanes`, and in those of each."""
    rest = (f"--ignore={room}" for rooms in lanes for room in rooms)
    return ((*marker, *rest, *given), *((*marker, *given, *rooms) for rooms in lanes))


def failed(codes: Sequence[int]) -> bool:
    """Whether a run failed, or none had a test."""
    return any(code not in (_PASSED, _NO_TESTS) for code in codes) or set(codes) == {_NO_TESTS}


def failures(report: Path) -> Iterator[str]:
    """What failed by a run's JUnit report, one text each; that there is no report is a failure too."""
    if not report.exists():
        yield f"{report.name} was not written: that run was stopped before its end"
        return
    for case in ElementTree.parse(report).iter("testcase"):
        for kind in ("failure", "error"):
            for fault in case.findall(kind):
                reason = fault.get("message", "")[:_REASON_CHARACTERS]
                yield f"{kind}: {case.get('classname')}::{case.get('name')}\n    {reason}"


def main(arguments: Sequence[str]) -> int:
    """Run them; what the others say is printed after the first."""
    chosen = lanes(arguments)
    LOG.parent.mkdir(exist_ok=True)
    # Not kept: names of tests hold made-up secrets, which `make secrets` would find.
    with tempfile.TemporaryDirectory() as folder:
        return _run(chosen, Path(folder))


def _run(chosen: Sequence[Sequence[Arguments]], folder: Path) -> int:
    names = [[folder / f"test-run-{lane}-{run}.xml" for run in range(len(runs))] for lane, runs in enumerate(chosen)]
    first, *others = [
        [(*run, f"--junitxml={report}") for run, report in zip(runs, reports, strict=True)]
        for runs, reports in zip(chosen, names, strict=True)
    ]
    logs = [LOG if lane == 1 else LOG.with_stem(f"{LOG.stem}-{lane}") for lane in range(1, len(chosen))]
    with ThreadPoolExecutor() as beside:
        running = [beside.submit(_beside, lane, log) for lane, log in zip(others, logs, strict=True)]
        codes = _lane(first, None) + [code for lane in running for code in lane.result()]
    for log in logs:
        print(f"\n=== beside it ({log})\n{log.read_text(encoding='utf-8')}", flush=True)
    if any(code not in (_PASSED, _NO_TESTS) for code in codes):
        named = [text for reports in names for report in reports for text in failures(report)]
        nothing = f"no test: exit codes {codes}; what a run found wrong stands before its summary"
        print("\n=== what failed", *(named or [nothing]), sep="\n", flush=True)
    return int(failed(codes))


def _beside(runs: Sequence[Arguments], log: Path) -> list[int]:
    # With a cache of its own: each lane notes what failed, and the latest one would win.
    cache = ("-o", f"cache_dir=.pytest_cache/{log.stem}")
    with log.open("wb") as file:
        return _lane([(*cache, *run) for run in runs], file)


def _lane(runs: Sequence[Arguments], log: IO[bytes] | None) -> list[int]:
    """The exit codes of runs of pytest, one after the other. An interrupt of the terminal reaches each by itself."""
    command = (sys.executable, "-m", "pytest")
    # A lane has one core. Numerical libraries would start a thread for each of the machine's, which then wait for each
    # other at full load.
    env = {"OMP_NUM_THREADS": "1", **os.environ}
    return [subprocess.run([*command, *run], stdout=log, stderr=log, env=env, check=False).returncode for run in runs]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
