"""The first deployment: `python -m infra.first deploy|move`.

Terraform itself creates the account for its state. In the profile private, that account is reachable only through the
hub's endpoint, which Terraform creates too. So `deploy`, run from anywhere, creates both with their state in files;
`move`, run inside the network, moves that state into the account. After that both are stacks like any other.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.deploy import OUT, DeployError, tools
from infra.main import WORKSPACES, synth
from infra.spec import AzureState, Spec, SpecError, load
from infra.wheel import ROOT

# Not under cdktf.out, which anyone may delete.
STATES = ROOT / "first-state"
_OVERRIDE = "backend_override.tf.json"


def stacks_of(spec: Spec) -> list[str]:
    """The stacks that come before the state is reachable. Raises DeployError if there is no state account."""
    if not isinstance(spec.platform.state, AzureState):
        raise DeployError(
            "the state lies in files for good: set state.kind: azure in platform.yaml, or deploy as usual"
        )
    return ["bootstrap", *(["hub"] if spec.platform.private else [])]


def check(action: str, stack: str, states: Path) -> None:
    """Raises DeployError if the state of `stack` is not where `action` starts."""
    file = states / f"{stack}.tfstate"
    if (states / f"{file.name}.moved").exists():
        raise DeployError(f"the state of {stack} lies in the account already: use `make deploy ENV={stack}`")
    if action == "move" and not file.exists():
        raise DeployError(f"{file} does not exist: bring it here from where `make first` was run, or run that first")


def keep_in_file(out: Path, stack: str, states: Path) -> None:
    """Make Terraform keep the state of `stack` in a file: it merges files of this name over the others."""
    states.mkdir(exist_ok=True)
    backend = {"local": {"path": str(states / f"{stack}.tfstate")}}
    override = json.dumps({"terraform": {"backend": backend}}, indent=2)
    (out / "stacks" / stack / _OVERRIDE).write_text(override + "\n", encoding="utf-8")


def keep_in_account(out: Path, stack: str) -> None:
    """Make Terraform keep the state of `stack` in the backend of platform.yaml."""
    (out / "stacks" / stack / _OVERRIDE).unlink(missing_ok=True)


def commands(action: str, stack: str, terraform: str, *, approved: bool) -> list[list[str]]:
    """The commands for one stack, once its backend is configured."""
    begin = [terraform, f"-chdir={OUT / 'stacks' / stack}"]
    if action == "deploy":
        agreed = ["-auto-approve"] if approved else []
        return [[*begin, "init", "-input=false", "-reconfigure"], [*begin, "apply", *agreed]]
    return [[*begin, "init", "-input=false", "-migrate-state", *(["-force-copy"] if approved else [])]]


def run(action: str, *, approved: bool) -> None:
    """Run `action` on each stack. Raises DeployError, or SpecError before anything is run."""
    wanted = stacks_of(load(WORKSPACES))
    for stack in wanted:
        check(action, stack, STATES)
    used = tools(ROOT, os.environ)
    synth(OUT)
    for stack in wanted:
        keep_in_file(OUT, stack, STATES)
        try:
            if action == "deploy":
                _call_all("deploy", stack, used.terraform, approved=approved)
            else:
                # Initialized from the file first, so that Terraform knows the old backend before it gets the new one.
                _call(stack, commands("deploy", stack, used.terraform, approved=approved)[0])
                keep_in_account(OUT, stack)
                _call_all("move", stack, used.terraform, approved=approved)
                _moved(stack, STATES)
        finally:
            keep_in_account(OUT, stack)


def _moved(stack: str, states: Path) -> Path:
    """Rename the file, so that this old state never overwrites the state in the account."""
    return (states / f"{stack}.tfstate").replace(states / f"{stack}.tfstate.moved")


def _call_all(action: str, stack: str, terraform: str, *, approved: bool) -> None:
    for command in commands(action, stack, terraform, approved=approved):
        _call(stack, command)


def _call(stack: str, command: list[str]) -> None:
    print(f"{stack}: {' '.join([Path(command[0]).name, *command[1:]])}", flush=True)
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        raise DeployError(
            f"{stack}: {command[2]} failed with exit code {done.returncode}; see above, then run it again"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, and report errors. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.first", allow_abbrev=False)
    parser.add_argument("action", choices=("deploy", "move"))
    parser.add_argument("--approved", action="store_true", help="ask nobody")
    given = parser.parse_args(arguments)
    try:
        run(given.action, approved=given.approved)
    except (DeployError, SpecError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
