"""`make test` and `make test-fast`: two lanes of pytest beside each other, for two cores.

`make test`: the jobs on Spark in one lane, in the other what else starts servers; then in each a part of what starts
none.
`fast` alone (`make test-fast`) is halved by rooms, and so is `slow`, which is no part of `make test`. Exit code 1 if a
run of a lane fails, or none has a test. What failed in any is said again at the very end: the last lines of a log are
enough.
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
# What runs alone: its marker, and half of the work, as time goes; every other room, and any new one, is the other half.
ALONE = {
    "fast": (FAST, tuple(f"tests/{room}" for room in ("infra", "policies", "cli", "docs", "localcloud/loader"))),
    "slow": (SLOW, tuple(f"tests/ml/{room}" for room in ("ingest", "maintenance", "pipelines", "training"))),
}
# The fast tests of these rooms come after the servers, which take longer than the jobs; the others after the jobs.
AFTER_SERVERS = ("tests/infra", "tests/policies")
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
        rest, half = _halves(*alone, given)
        return (rest,), (half,)
    after_jobs, after_servers = _halves(FAST, AFTER_SERVERS, given)
    jobs, servers = (*SERVERS, *given, JOBS), (*SERVERS, f"--ignore={JOBS}", *given)
    return (jobs, after_jobs), (servers, after_servers)


def _halves(marker: Arguments, half: Arguments, given: Arguments) -> tuple[Arguments, Arguments]:
    """The marker's tests in all rooms but those of `half`, and in those."""
    return (*marker, *(f"--ignore={room}" for room in half), *given), (*marker, *given, *half)


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
    """Run them; what the second says is printed after the first."""
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
    with LOG.open("wb") as log, ThreadPoolExecutor() as beside:
        # With a cache of its own: both lanes note what failed, and the later one would win.
        cache = ("-o", "cache_dir=.pytest_cache/beside")
        running = [beside.submit(_lane, [(*cache, *run) for run in lane], log) for lane in others]
        codes = _lane(first, None) + [code for lane in running for code in lane.result()]
    if others:
        print(f"\n=== beside it ({LOG})\n{LOG.read_text(encoding='utf-8')}", flush=True)
    if any(code not in (_PASSED, _NO_TESTS) for code in codes):
        named = [text for reports in names for report in reports for text in failures(report)]
        nothing = f"no test: exit codes {codes}; what a run found wrong stands before its summary"
        print("\n=== what failed", *(named or [nothing]), sep="\n", flush=True)
    return int(failed(codes))


def _lane(runs: Sequence[Arguments], log: IO[bytes] | None) -> list[int]:
    """The exit codes of runs of pytest, one after the other. An interrupt of the terminal reaches each by itself."""
    command = (sys.executable, "-m", "pytest")
    # A lane has one core. Numerical libraries would start a thread for each of the machine's, which then wait for each
    # other at full load.
    env = {"OMP_NUM_THREADS": "1", **os.environ}
    return [subprocess.run([*command, *run], stdout=log, stderr=log, env=env, check=False).returncode for run in runs]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
