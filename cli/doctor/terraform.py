"""The versions of Terraform and providers on this machine, by `terraform version -json` in a stack's folder."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.version import Version

from cli.doctor.check import Fault, NotAskedError, UnknownAnswerError, check
from cli.doctor.deployed_environment import DeployedEnvironment, Terraform
from infra.deploy import OLDEST_TERRAFORM

_TIMEOUT_S = 30
_FOREIGN = "tofu"


def terraform(name: str, path: str) -> Terraform:
    """Queries the program `name` (Terraform or OpenTofu) on `path`. Without it every answer is unknown."""
    found = shutil.which(name, path=path)

    def ask(folder: Path) -> Mapping[str, Any]:
        if found is None:
            raise UnknownAnswerError(f"{name} is not on this machine's PATH")
        command = [found, f"-chdir={folder}", "version", "-json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
        if done.returncode:
            raise UnknownAnswerError(f"{' '.join(command)}: {done.stderr.strip()[:200] or 'failed'}")
        return {"program": Path(found).name, **json.loads(done.stdout)}

    return ask


def _ask(deployed: DeployedEnvironment, folder: Path) -> Mapping[str, Any]:
    if deployed.terraform is None:
        raise NotAskedError("the local cloud loads the stacks without Terraform")
    return deployed.terraform(folder)


def _folders(deployed: DeployedEnvironment) -> list[Path]:
    """The synthesized stacks of the environment."""
    return sorted(file.parent for file in deployed.stacks.glob(f"stacks/{deployed.environment.name}-*/cdk.tf.json"))


@check
def terraform_is_new_enough(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """An older Terraform does not understand the stacks. OpenTofu has its own version numbers, and any is accepted."""
    found = _ask(deployed, deployed.stacks.parent)
    held = str(found["terraform_version"])
    if found["program"] != _FOREIGN and Version(held) < Version(OLDEST_TERRAFORM):
        fix = f"install Terraform {OLDEST_TERRAFORM} or newer, or OpenTofu and set TERRAFORM_BINARY_NAME=tofu"
        yield Fault(subject=found["program"], wrong=f"is {held}, needed is {OLDEST_TERRAFORM}", fix=fix)


@check
def terraform_takes_the_pinned_providers(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A lock file with another version plans other arguments than the synthesized and checked ones."""
    unlocked = []
    for folder in _folders(deployed):
        taken = _ask(deployed, folder).get("provider_selections") or {}
        wanted = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))["terraform"]["required_providers"]
        for provider in wanted.values():
            held = _held(taken, provider["source"])
            if held is None:
                unlocked.append(folder.name)
            elif held != provider["version"]:
                wrong = f"is locked to {provider['source']} {held}, declared is {provider['version']}"
                fix = f"terraform -chdir={folder} init -upgrade"
                yield Fault(subject=folder.name, wrong=wrong, fix=fix)
    if unlocked:
        named = ", ".join(sorted(set(unlocked)))
        raise UnknownAnswerError(f"no provider is chosen yet for {named}: make plan ENV={deployed.environment.name}")


def _held(taken: Mapping[str, str], source: str) -> str | None:
    """The selected version of a provider; Terraform prefixes its name with the registry's host."""
    return next((held for name, held in taken.items() if name.endswith(f"/{source}")), None)


CHECKS = (terraform_is_new_enough, terraform_takes_the_pinned_providers)
