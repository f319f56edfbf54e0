"""Deploys the stacks to the running local cloud with the real Terraform, each as its own deployer."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cli.cloud import endpoint, local_call, workspace
from cli.conformance.check import Terraform, UnavailableError, initialize
from cli.conformance.reach import reached
from cli.conformance.stacks import Stack, kept
from cli.errors import CommandError
from cli.output import progress
from cli.paths import STACKS, current_home

_STATE = "terraform.tfstate"
_TAIL_LINES = 20
# Deployed by the account's owners; each environment's pipeline deploys the rest.
_BY_ADMINS = ("-rights", "-data-factory", "-platform")


def folder() -> Path:
    """The folder of the documents and states, in the local cloud's own directory."""
    return current_home() / "terraform"


def deployed_by_terraform() -> bool:
    """Whether Terraform deployed this local cloud before; then only Terraform knows what it created."""
    return any(folder().glob(f"*/{_STATE}"))


def deploy(names: list[str]) -> bool:
    """Apply the stacks `names`; False, after printing the reason, if Terraform or its providers are unavailable.

    Stacks of phase two are applied once a job of their environment has created the objects that they refer to. Raises
    CommandError if an apply fails; earlier applies stay.
    """
    program = shutil.which(os.environ.get("TERRAFORM_BINARY_NAME", "terraform"))
    if program is None:
        return _not_here("terraform is not on the PATH")
    stacks = kept(STACKS, names, folder())
    try:
        initialize(Terraform(program=program, environment=os.environ), stacks)
    except UnavailableError as error:
        return _not_here(str(error))
    with reached(current_home(), endpoint(), stacks) as environment:
        apply(program, environment, [each for each in stacks if not each.is_phase_two], token_of)
        later = {each: has_run(each.workspace, stage_before(each)) for each in stacks if each.is_phase_two}
        apply(program, environment, [each for each, due in later.items() if due], token_of)
    for each in (each for each, due in later.items() if not due):
        progress.print(f"{each.name}: after {stage_before(each)} in {each.workspace}, by mlops up --terraform again")
    return True


def apply(program: str, environment: Mapping[str, str], stacks: Sequence[Stack], token: Callable[[Stack], str]) -> None:
    """Apply stacks in order, each with its deployer's token. Raises CommandError with Terraform's last output."""
    for stack in stacks:
        held = Terraform(program=program, environment={**environment, "DATABRICKS_TOKEN": token(stack)})
        code, output = held.run(stack, "apply", "-auto-approve", "-input=false", "-no-color")
        lines = output.strip().splitlines()
        if code:
            raise CommandError(f"terraform apply of {stack.name} failed:\n" + "\n".join(lines[-_TAIL_LINES:]))
        said = next((line for line in reversed(lines) if line.startswith("Apply complete")), "applied")
        progress.print(f"{stack.name}: {said}", markup=False)


def token_of(stack: Stack) -> str:
    """The token of a stack's deployer: the environment's deployer once it exists, else the administrator."""
    cloud = endpoint()
    if not stack.workspace or stack.name.endswith(_BY_ADMINS):
        return cloud.admin_token
    try:
        return str(local_call("POST", "tokens", {"as": f"{stack.workspace}-deployer"})["token"])
    except CommandError:
        return cloud.admin_token


def stage_before(stack: Stack) -> str:
    """The stage that creates what a phase-two stack refers to: serving needs grants and a monitor on predictions."""
    return "scoring" if stack.name.endswith("-serving") else "training"


def has_run(env: str, stage: str) -> bool:
    """Whether a job of that stage has succeeded in an environment."""
    runs = workspace(env).jobs.list_runs(completed_only=True)
    return any(
        str(run.run_name).endswith(f"-{stage}")
        and run.state is not None
        and run.state.result_state is not None
        and run.state.result_state.value == "SUCCESS"
        for run in runs
    )


def _not_here(why: str) -> bool:
    progress.print(f"The real Terraform and its providers are not available here: {why}", markup=False, soft_wrap=True)
    progress.print("The stacks are loaded without it.")
    return False
