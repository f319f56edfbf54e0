"""The checks that take long and seldom change their verdict: each runs if its inputs changed since it last passed.

`make extras` runs those that are due and notes what passed in `.ci/extras.passed`, which is committed: per line the
name of an extra and a hash over the content of its inputs. So every clone knows the inputs that an extra passed with,
and a change of anything else leaves it out. `EXTRAS=1` runs all of them; `--list` runs none and says what is due.
In a run that has a limit of time, `CI_STARTED_S` (seconds since 1970) says when it began: what cannot begin early
enough to end within the limit is left out, and stays due.

Exit code 1 if one fails. The last lines name what did not run, and why.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PASSED = Path(".ci") / "extras.passed"
# A run may take 90 minutes; the longest extra, the long tests, may take over an hour on two slow cores.
LATEST_START_S = 20 * 60
# The slow tests take a quarter of an hour.
SLOW_LATEST_START_S = 50 * 60


@dataclass(frozen=True, kw_only=True)
class Extra:
    """A check: its inputs (git pathspecs), what it runs, line by line in a shell, and what it needs of the machine.

    `python`: an interpreter of that version; `environment`: a folder, which the command `made_by` makes.
    `latest_start_s`: seconds that the whole run may have used when this one begins.
    """

    name: str
    inputs: tuple[str, ...]
    script: str
    python: str = ""
    environment: str = ""
    made_by: str = ""
    latest_start_s: int = LATEST_START_S

    def interpreter(self) -> str | None:
        """The path of an interpreter of that version which really starts: version managers leave stubs."""
        managed = sorted((Path.home() / ".pyenv" / "versions").glob(f"{self.python}.*/bin/python"))
        found = (shutil.which(f"python{self.python}"), *map(str, managed))
        return next((path for path in found if path and _starts(path)), None)


# What every test run loads: a plain `tests/*.py` would take every test file of every room.
_SHARED = tuple(f"tests/{name}.py" for name in ("__init__", "conftest", "marks", "needs", "skips"))
_LOCKED = ("Pipfile", "Pipfile.lock", "pyproject.toml", "Makefile", *_SHARED)
_ROOMS = ("ml", "infra", "localcloud", "cli", "schedules", "settings", "workspaces")
# What the rehearsal of a release runs.
_PIPELINES = (".github/workflows", "azure-pipelines", ".ci/review", ".ci/roll-back", "policies", "tests/delivery")
_READERS = "tests/ml/training/test_feature_spec_readers.py"
EXTRAS = (
    Extra(
        name="slow-tests",
        inputs=(
            *_LOCKED,
            "tests/side_by_side.py",
            "ml",
            "localcloud",
            "schedules",
            "infra/pipelines",
            "tests/ml",
            "tests/localcloud",
        ),
        script=".venv/bin/python -m tests.side_by_side slow",
        latest_start_s=SLOW_LATEST_START_S,
    ),
    Extra(
        name="long-tests",
        inputs=(
            *_LOCKED,
            *_ROOMS,
            *_PIPELINES,
            "tests/e2e",
            "tests/ml",
            "tests/localcloud/loader",
            "tests/cli/new_usecase",
        ),
        script=".venv/bin/python -m pytest -m long",
    ),
    Extra(
        name="runtime",
        python="3.12",
        inputs=("pyproject.toml", "Makefile", "infra/wheel.py", "ml", *_SHARED, "tests/ml", "tests/runtimes"),
        script='make runtime-check RUNTIME_PYTHON="$INTERPRETER"',
    ),
    Extra(
        name="feature-clients",
        inputs=(
            "ml/training/feature_spec.py",
            "ml/versions/contract.py",
            "ml/declarations",
            "ml/usecases/credit",
            ":(exclude)ml/usecases/credit/demo",
            _READERS,
        ),
        script="make -s feature-clients",
    ),
    Extra(
        name="torch",
        environment=".venv-torch",
        made_by="make setup-torch",
        inputs=(*_LOCKED, "environments/torch", "ml", "tests/ml/neural"),
        script="make -s test-torch",
    ),
    Extra(
        name="cdktn",
        environment=".venv-cdktn",
        made_by="make setup-cdktn",
        inputs=(
            *_LOCKED,
            "infra",
            "settings",
            "ml/declarations",
            "ml/usecases",
            "workspaces",
            "tests/infra/test_cdktn.py",
        ),
        script="make -s test-cdktn",
    ),
    Extra(
        name="sql-connector",
        inputs=(
            *_LOCKED,
            "localcloud/services/sql",
            "localcloud/proxy",
            "tests/localcloud/services/sql/test_connector.py",
        ),
        script="make -s sql-connector",
    ),
    Extra(
        name="open-pipelines",
        inputs=(
            *_LOCKED,
            "ml/declarations",
            "ml/features",
            "ml/ingest",
            "ml/pipelines",
            "ml/records",
            "ml/usecases/credit",
            ":(exclude)ml/usecases/credit/demo",
            "infra/pipelines",
            "localcloud/services/pipelines",
            "tests/ml/pipelines",
        ),
        script="make -s open-pipelines",
    ),
    Extra(
        name="schemathesis",
        inputs=(*_LOCKED, "ml/server", "ml/versions/scorer.py", "ml/versions/pyfunc_model.py", "tests/ml/server"),
        script="make -s schemathesis",
    ),
    Extra(
        name="python-3.12",
        python="3.12",
        inputs=(*_LOCKED, *_ROOMS, "policies", "tests"),
        script="""
            "$INTERPRETER" -m venv --clear .tools/python-3.12
            .tools/pipenv/bin/pipenv requirements --dev --hash --exclude-index > .tools/python-3.12/requirements.txt
            .tools/python-3.12/bin/python -m pip install -q --no-deps -r .tools/python-3.12/requirements.txt
            .tools/python-3.12/bin/python -m tests.side_by_side fast
        """,
    ),
)


def inputs_hash(extra: Extra) -> str:
    """SHA-256 over the extra itself and every file of its inputs, as they lie here: names and bytes, in order."""
    listed = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *extra.inputs)
    names = sorted(set(subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()))
    total = hashlib.sha256(extra.script.encode())
    for path in map(Path, names):
        if path.is_file():
            total.update(f"\0{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def passed() -> set[tuple[str, ...]]:
    """Names and hashes that were noted."""
    return {tuple(line.split()) for line in PASSED.read_text().splitlines()} if PASSED.exists() else set()


def note(extra: Extra, inputs: str) -> None:
    """Note that it passed, in place of what was noted of it before."""
    kept = [line for line in sorted(passed()) if line[0] != extra.name]
    PASSED.write_text("".join(f"{' '.join(line)}\n" for line in sorted([*kept, (extra.name, inputs)])))


def left_out(extra: Extra, inputs: str, *, all_of_them: bool) -> str | None:
    """Why it need not or cannot run, or None if it is due."""
    if (extra.name, inputs) in passed() and not all_of_them:
        return "its inputs are those that it passed with (EXTRAS=1 runs it all the same)"
    if extra.python and extra.interpreter() is None:
        return f"this machine has no Python {extra.python}"
    if extra.environment and not Path(extra.environment).is_dir():
        return f"{extra.environment} is not there ({extra.made_by} makes it)"
    if used_s() > extra.latest_start_s and not all_of_them:
        return f"this run has used {used_s() // 60:.0f} of its minutes: it stays due (make extras runs it)"
    return None


def used_s() -> float:
    """Seconds since the run began that this is a part of; 0 if it is a part of none."""
    return time.time() - float(os.environ.get("CI_STARTED_S") or time.time())


def run(extra: Extra) -> bool:
    """Run it to its end; whether it passed."""
    print(f"\n=== extra: {extra.name}", flush=True)
    found = {"INTERPRETER": extra.interpreter() or ""} if extra.python else {}
    return subprocess.run(["sh", "-ec", extra.script], env=os.environ | found, check=False).returncode == 0


def main(arguments: Sequence[str], extras: Iterable[Extra] = EXTRAS) -> int:
    """Run what is due, or list it."""
    failed, said = [], []
    for extra in extras:
        inputs = inputs_hash(extra)
        reason = left_out(extra, inputs, all_of_them=bool(os.environ.get("EXTRAS")))
        if reason or "--list" in arguments:
            said.append(f"extra {extra.name}: " + (f"left out, {reason}" if reason else "due"))
        elif run(extra):
            note(extra, inputs)
            said.append(f"extra {extra.name}: passed; commit {PASSED}")
        else:
            failed.append(extra.name)
            said.append(f"extra {extra.name}: FAILED")
    print("\n".join(said))
    return int(bool(failed))


def _starts(program: str) -> bool:
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
