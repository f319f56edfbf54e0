"""`make test` and `make test-fast`: two runs of pytest beside each other, for two cores.

`make test`: the tests that start servers, which wait much of the time, and beside them those that start none. `fast`
alone (`make test-fast`) is halved by rooms. Exit code 1 if a half fails, or none has a test to run. What failed in
either is said again at the very end, so that the last lines of a log are enough.
`python -m tests.side_by_side [fast] [pytest's arguments]`.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

SERVERS, FAST = ("-m", "not fast and not long"), ("-m", "fast")
# Half of the work, as processor time goes; every other room, and any new one, is in the other half.
ONE_HALF = ("tests/infra", "tests/policies", "tests/cli")
LOG = Path("dist") / "test-beside.log"
_PASSED, _NO_TESTS = 0, 5
_REASON_CHARACTERS = 600

Arguments = tuple[str, ...]


def halves(arguments: Sequence[str]) -> tuple[Arguments, ...]:
    """Pytest's arguments per process. Paths choose by themselves, so fast tests of some paths are one run."""
    fast, given = list(arguments[:1]) == ["fast"], tuple(arguments)
    if any(argument.startswith("-m") for argument in given):
        raise SystemExit("make test chooses by markers itself; run `python -m pytest -m …` to choose others")
    if not fast:
        return (*SERVERS, *given), (*FAST, *given)
    if any(Path(argument.partition("::")[0]).exists() for argument in given[1:]):
        return ((*FAST, *given[1:]),)
    others = (f"--ignore={room}" for room in ONE_HALF)
    return (*FAST, *others, *given[1:]), (*FAST, *given[1:], *ONE_HALF)


def failed(codes: Sequence[int]) -> bool:
    """Whether a half failed, or none had a test to run."""
    return any(code not in (_PASSED, _NO_TESTS) for code in codes) or set(codes) == {_NO_TESTS}


def failures(report: Path) -> Iterator[str]:
    """What failed by a half's JUnit report, one text each; that there is no report is a failure too."""
    if not report.exists():
        yield f"{report.name} was not written: that half was stopped before its end"
        return
    for case in ElementTree.parse(report).iter("testcase"):
        for kind in ("failure", "error"):
            for fault in case.findall(kind):
                reason = fault.get("message", "")[:_REASON_CHARACTERS]
                yield f"{kind}: {case.get('classname')}::{case.get('name')}\n    {reason}"


def main(arguments: Sequence[str]) -> int:
    """Run them; what the second says is printed after the first."""
    chosen = halves(arguments)
    LOG.parent.mkdir(exist_ok=True)
    # Not kept: names of tests hold made-up secrets, which `make secrets` would find.
    with tempfile.TemporaryDirectory() as folder:
        return _run(chosen, [Path(folder) / f"test-half-{number}.xml" for number in range(1, len(chosen) + 1)])


def _run(chosen: Sequence[Arguments], reports: Sequence[Path]) -> int:
    pytest = (sys.executable, "-m", "pytest")
    first, *second = [(*half, f"--junitxml={report}") for half, report in zip(chosen, reports, strict=True)]
    with LOG.open("wb") as log:
        # With a cache of its own: both note what failed, and the later one would win.
        own_cache = ("-o", "cache_dir=.pytest_cache/beside")
        beside = [
            subprocess.Popen([*pytest, *own_cache, *half], stdout=log, stderr=subprocess.STDOUT) for half in second
        ]
        try:
            codes = [subprocess.run([*pytest, *first], check=False).returncode, *(half.wait() for half in beside)]
        finally:
            for half in beside:
                half.kill()
    if beside:
        print(f"\n=== beside it ({LOG})\n{LOG.read_text(encoding='utf-8')}", flush=True)
    if any(code not in (_PASSED, _NO_TESTS) for code in codes):
        named = [text for report in reports for text in failures(report)]
        nothing = f"no test: exit codes {codes}; what a half found wrong stands before its summary"
        print("\n=== what failed", *(named or [nothing]), sep="\n", flush=True)
    return int(failed(codes))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
