"""`make test`: the tests that start servers, and beside them, in a second process, those that start none.

The first wait for servers much of the time, the second compute on one core: together they take hardly longer than the
first alone. `python -m tests.side_by_side [pytest's arguments]`; exit code 1 if either half fails.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SERVERS, FAST = "not fast and not long", "fast"
LOG = Path("dist") / "test-fast.log"
_PASSED, _NO_TESTS = 0, 5


def command(chosen: str, arguments: Sequence[str]) -> list[str]:
    """Pytest on the tests that the marker expression `chosen` chooses. A `-m` among `arguments` would replace it."""
    if any(argument.startswith("-m") for argument in arguments):
        raise SystemExit("make test chooses by markers itself; run `python -m pytest -m …` to choose others")
    return [sys.executable, "-m", "pytest", "-m", chosen, *arguments]


def failed(codes: Sequence[int]) -> bool:
    """Whether a half failed, or none had a test to run."""
    return any(code not in (_PASSED, _NO_TESTS) for code in codes) or set(codes) == {_NO_TESTS}


def main(arguments: Sequence[str]) -> int:
    """Run both; what the second half says is printed after the first."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("wb") as log:
        # Its own cache: both would write what failed last, and the later one would win.
        beside = subprocess.Popen(
            command(FAST, ["-o", "cache_dir=.pytest_cache/fast", *arguments]), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            code = subprocess.run(command(SERVERS, arguments), check=False).returncode
            codes = (code, beside.wait())
        finally:
            beside.kill()
    print(f"\n=== the tests that start no server ({LOG})\n{LOG.read_text(encoding='utf-8')}", flush=True)
    return int(failed(codes))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
