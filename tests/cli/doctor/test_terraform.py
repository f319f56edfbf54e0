"""Which Terraform and providers deploy from here, asked of a program that answers as `terraform version -json` does."""

import dataclasses
import json
from pathlib import Path

from cli.doctor.check import Result
from cli.doctor.deployed_environment import DeployedEnvironment
from cli.doctor.terraform import terraform
from tests.cli.doctor.conftest import Examined

NEW, PROVIDERS = "terraform is new enough", "terraform takes the pinned providers"
PINNED = {
    "registry.terraform.io/databricks/databricks": "1.99.0",
    "registry.terraform.io/hashicorp/azurerm": "4.55.0",
}


def program(folder: Path, version: str = "1.11.4", name: str = "terraform", **selections: str) -> Path:
    """A program that says which Terraform it is, and these providers in every folder."""
    answer = {"terraform_version": version, "provider_selections": selections}
    folder.mkdir()
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n", encoding="utf-8")
    path.chmod(0o755)
    return folder


def _asked(deployed: DeployedEnvironment, folder: Path, name: str = "terraform") -> DeployedEnvironment:
    return dataclasses.replace(deployed, terraform=terraform(name, f"{folder}:/bin"))


def test_the_pinned_ones_are_in_order(deployed: DeployedEnvironment, examined: Examined, tmp_path: Path) -> None:
    """Those that the stacks declare, under the registry's host."""
    found = examined(NEW, PROVIDERS, who=_asked(deployed, program(tmp_path / "bin", **PINNED)))
    assert [line.result for lines in found.values() for line in lines] == [Result.OK, Result.OK]


def test_an_old_terraform_is_found(deployed: DeployedEnvironment, examined: Examined, tmp_path: Path) -> None:
    """With what is needed."""
    [line] = examined(NEW, who=_asked(deployed, program(tmp_path / "bin", "1.8.5")))[NEW]
    assert (line.result, line.what) == (Result.WRONG, "is 1.8.5, needed is 1.9")
    assert line.fix == "install Terraform 1.9 or newer, or OpenTofu and set TERRAFORM_BINARY_NAME=tofu"


def test_opentofu_is_taken_as_it_is(deployed: DeployedEnvironment, examined: Examined, tmp_path: Path) -> None:
    """It counts otherwise."""
    asked = _asked(deployed, program(tmp_path / "bin", "1.8.5", "tofu"), "tofu")
    assert [line.result for line in examined(NEW, who=asked)[NEW]] == [Result.OK]


def test_another_provider_than_the_declared_is_found(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """A lock file from before an upgrade; once for each stack that has the provider."""
    old = PINNED | {"registry.terraform.io/hashicorp/azurerm": "4.50.0"}
    lines = examined(PROVIDERS, who=_asked(deployed, program(tmp_path / "bin", **old)))[PROVIDERS]
    [platform] = [line for line in lines if line.subject == "prod-platform"]
    assert platform.result is Result.WRONG
    assert platform.what == "is locked to azurerm 4.50.0, declared is 4.55.0"
    assert platform.fix.endswith("prod-platform init -upgrade")
    assert "prod-ml" not in {line.subject for line in lines}


def test_stacks_that_were_never_initialised_are_unknown(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """Nothing is chosen before the first plan."""
    [line] = examined(PROVIDERS, who=_asked(deployed, program(tmp_path / "bin")))[PROVIDERS]
    assert line.result is Result.UNKNOWN
    assert "no provider is chosen yet for prod-" in line.what
    assert line.what.endswith("make plan ENV=prod")


def test_a_machine_without_terraform_is_unknown(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """It is no pass: the next deployment from here cannot even start."""
    found = examined(NEW, PROVIDERS, who=_asked(deployed, tmp_path))
    assert {line.what for lines in found.values() for line in lines} == {
        "UnknownAnswerError: terraform is not on this machine's PATH"
    }


def test_a_terraform_that_fails_is_unknown(deployed: DeployedEnvironment, examined: Examined, tmp_path: Path) -> None:
    """With what it said."""
    path = program(tmp_path / "bin") / "terraform"
    path.write_text("#!/bin/sh\necho broken >&2; exit 1\n", encoding="utf-8")
    [line] = examined(NEW, who=_asked(deployed, path.parent))[NEW]
    assert line.result is Result.UNKNOWN
    assert line.what.endswith("version -json: broken")
