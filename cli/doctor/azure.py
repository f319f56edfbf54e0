"""Facts that only Azure knows, from the Azure CLI: not queried if it is not configured."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.doctor.check import Fault, NotAskedError, UnknownAnswerError, check
from cli.doctor.deployed_environment import Azure, DeployedEnvironment
from infra.azure_ids import parsed
from infra.spec import AzureState

# Listing all machines of a region takes about a minute.
_TIMEOUT_S = 180
_DELEGATED = "Microsoft.Databricks/workspaces"
_PARTS = ("platform", "workspace", "ml", "masks", "serving")


def azure_cli(path: str) -> Azure | None:
    """The Azure CLI on `path` (in the form of PATH), if signed in; else None."""
    found = shutil.which("az", path=path)
    if found is None:
        return None
    program = Path(found)
    signed_in = _run(program, ("account", "show"))
    return (lambda arguments: _answer(program, arguments)) if signed_in.returncode == 0 else None


def _run(program: Path, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    command = [str(program), *arguments, "--output", "json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)


def _answer(program: Path, arguments: tuple[str, ...]) -> object:
    try:
        done = _run(program, arguments)
    except subprocess.TimeoutExpired as error:
        raise UnknownAnswerError(f"az {' '.join(arguments)}: no answer within {_TIMEOUT_S} s") from error
    if done.returncode:
        raise UnknownAnswerError(f"az {' '.join(arguments)}: {done.stderr.strip()[:200] or 'failed'}")
    return json.loads(done.stdout or "null")


def ask(deployed: DeployedEnvironment, *arguments: str) -> Any:
    """The Azure CLI's answer. Raises NotAskedError without it, UnknownAnswerError if it fails."""
    if deployed.azure is None:
        raise NotAskedError("the Azure CLI is not installed, or not signed in: az login")
    return deployed.azure(arguments)


@check
def azure_is_the_right_tenant(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """With a sign-in to another tenant, every answer is about something else."""
    found, wanted = str(ask(deployed, "account", "show")["tenantId"]), deployed.spec.platform.azure.tenant_id
    if found != wanted:
        yield Fault(subject="az", wrong=f"is signed in to {found}", fix=f"az login --tenant {wanted}")


@check
def nobody_holds_a_state(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Terraform leases a state while it works; a killed run leaves the lease behind."""
    state = deployed.spec.platform.state
    if not isinstance(state, AzureState):
        raise NotAskedError("the states are files")
    where = ("--account-name", state.storage_account, "--container-name", state.container, "--auth-mode", "login")
    listed = ask(deployed, "storage", "blob", "list", *where)
    own = {f"{deployed.environment.name}-{part}.tfstate" for part in _PARTS}
    for blob in listed:
        lease = (blob.get("properties") or {}).get("lease") or {}
        if blob["name"] in own and lease.get("state") == "leased":
            stack = blob["name"].removesuffix(".tfstate")
            fix = f"wait for the running deployment; if none: terraform -chdir=cdktf.out/stacks/{stack} force-unlock ID"
            yield Fault(subject=blob["name"], wrong="is locked", fix=fix)


@check
def adopted_subnets_are_delegated(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """The provider does not show the delegation, and Databricks refuses a subnet without it."""
    adopted = deployed.environment.adopt.network
    if adopted is None:
        raise NotAskedError("the environment's stack creates its subnets")
    for text in (adopted.subnets.host, adopted.subnets.container):
        found = ask(deployed, "network", "vnet", "subnet", "show", "--ids", text)
        names = [each["serviceName"] for each in found.get("delegations") or []]
        if names != [_DELEGATED]:
            fix = f"az network vnet subnet update --ids {text} --delegations {_DELEGATED}"
            wrong = f"is delegated to {', '.join(names) or 'nobody'}, not to {_DELEGATED}"
            yield Fault(subject=parsed(text).name, wrong=wrong, fix=fix)


@check
def an_adopted_lake_is_closed(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Keys do not open it, nor, in the profile private, does the internet; the provider shows neither."""
    lake = deployed.environment.adopt.lake
    if lake is None:
        raise NotAskedError("the environment's stack creates its lake")
    found, name = ask(deployed, "storage", "account", "show", "--ids", lake), parsed(lake).name
    if found.get("allowSharedKeyAccess") is not False:
        fix = f"az storage account update --ids {lake} --allow-shared-key-access false"
        yield Fault(subject=name, wrong="is open to holders of its account keys", fix=fix)
    if deployed.spec.platform.private and found.get("publicNetworkAccess") != "Disabled":
        fix = f"az storage account update --ids {lake} --public-network-access Disabled"
        yield Fault(subject=name, wrong="is reachable from the internet", fix=fix)


CHECKS = (
    azure_is_the_right_tenant,
    nobody_holds_a_state,
    adopted_subnets_are_delegated,
    an_adopted_lake_is_closed,
)
