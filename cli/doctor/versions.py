"""Compares the versions that the stacks on this machine were synthesized for with the pinned ones."""

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from cli.doctor.check import Fault, NotAskedError, UnknownAnswerError, check
from cli.doctor.deployed_environment import DeployedEnvironment

_BINDINGS = {"databricks": "cdktf-cdktf-provider-databricks", "azurerm": "cdktf-cdktf-provider-azurerm"}


def _document(deployed: DeployedEnvironment, part: str) -> dict[str, Any]:
    file = deployed.stacks / "stacks" / f"{deployed.environment.name}-{part}" / "cdk.tf.json"
    if not file.is_file():
        raise NotAskedError(f"{file.parent.name} is not synthesized here: mlops synth")
    return dict(json.loads(file.read_text(encoding="utf-8")))


@check
def the_stacks_name_the_pinned_providers(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Stacks from another version of the bindings have other arguments."""
    for part, provider in (("ml", "databricks"), ("platform", "azurerm")):
        document = _document(deployed, part)
        named = document["terraform"]["required_providers"][provider]["version"]
        try:
            # The metadata of the bindings names their provider version.
            made_by = document["//"]["metadata"]["version"]
            installed = version("cdktf")
            version(_BINDINGS[provider])
        except PackageNotFoundError as error:
            raise UnknownAnswerError(f"{error} is not installed, so the pinned versions are unknown") from error
        if made_by != installed:
            wrong = f"were written by cdktf {made_by} for {provider} {named}; installed is {installed}"
            yield Fault(subject=f"{deployed.environment.name}-{part}", wrong=wrong, fix="mlops synth")


@check
def the_stacks_are_of_this_workspace(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Stacks synthesized before a change of the file deploy to the old workspace."""
    [provider] = _document(deployed, "ml")["provider"]["databricks"]
    if provider["host"] != deployed.environment.workspace.url:
        wrong = f"deploy to {provider['host']}, the file says {deployed.environment.workspace.url}"
        yield Fault(subject=f"{deployed.environment.name}-ml", wrong=wrong, fix="mlops synth")


CHECKS = (the_stacks_name_the_pinned_providers, the_stacks_are_of_this_workspace)
