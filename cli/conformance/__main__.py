"""`make conformance`: the real providers deploy every stack to the local cloud. Exits with 77 without providers."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.conformance.check import Terraform, UnavailableError, conform, initialize
from cli.conformance.reach import reached
from cli.conformance.stacks import Stack, prepared
from cli.conformance.tables import tables
from infra.main import synth
from localcloud import lifecycle

NOT_HERE = 77


def main() -> int:
    """0 if every stack conforms, 1 if one does not, 77 if Terraform or its providers are unavailable."""
    program = os.environ.get("TERRAFORM_BINARY_NAME", "terraform")
    found = shutil.which(program)
    if found is None:
        return _not_here(f"{program} is not on the PATH")
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        work = Path(folder)
        names = synth(work / "cdktf.out")
        stacks = prepared(work / "cdktf.out", names, work / "stacks")
        try:
            initialize(Terraform(program=found, environment=os.environ), stacks)
        except UnavailableError as error:
            return _not_here(str(error))
        with _cloud(work / "home", stacks) as environment:
            rows = conform(Terraform(program=found, environment=environment), stacks, _say)
    print(tables(rows))
    return 0 if all(row.passed for row in rows) else 1


@contextmanager
def _cloud(home: Path, stacks: list[Stack]) -> Iterator[dict[str, str]]:
    """A running local cloud with the stacks' workspaces, and the environment to reach it."""
    endpoint = lifecycle.start(home, _say, owner=os.getpid())
    try:
        with reached(home, endpoint, stacks) as environment:
            yield environment
    finally:
        lifecycle.stop(home)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _not_here(why: str) -> int:
    print(f"The real providers are not available here, so nothing was checked: {why}")
    print("Install Terraform, and make sure that its CLI configuration finds the providers databricks and azurerm.")
    return NOT_HERE


if __name__ == "__main__":
    sys.exit(main())
