"""Plans, deploys and destroys an environment: `python -m infra.deploy plan|diff|deploy|destroy ENV`.

It runs the real cdktf CLI and Terraform, one stack after the other: the stacks share no references from which either
could derive the order. `ENV` is an environment, or a shared target: `bootstrap`, `hub`, `metastore` (only if a new one
is made) or `account`, with the rights that its admins give to each environment. An environment's first stack can be
deployed separately, because the account needs its workspace. Phase two, which refers to objects that jobs create, is
deployed by name: `<env>-masks` once the ingest job has run (files or not), `<env>-serving` once a model is live. So are
the serving places other than Databricks, `<env>-images` first, then `<env>-aks` and `<env>-azure-ml`, and
`<env>-sinks`, the destinations of predictions.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.access.hidden import hides
from infra.cdktf_seam import SeamError, find_node
from infra.main import WORKSPACES, synth
from infra.pipeline_token import PipelineTokenError, renewed
from infra.spec import Spec, SpecError, load
from infra.stacks.images import serves_elsewhere
from infra.stacks.metastore import makes_metastore
from infra.stacks.serving import serves
from infra.wheel import ROOT

ACTIONS = ("plan", "diff", "deploy", "destroy")
# In deployment order.
PLACES = ("images", "aks", "azure-ml", "sinks")
OUT = ROOT / "cdktf.out"
OLDEST_TERRAFORM = "1.9"
# Any of these variables shows a sign-in; Terraform itself checks its rights.
_SIGN_INS = ("ARM_USE_OIDC", "ARM_USE_MSI", "ARM_CLIENT_ID", "DATABRICKS_AUTH_TYPE", "DATABRICKS_CLIENT_ID")


class DeployError(RuntimeError):
    """Nothing was run, or a tool failed; the message gives the reason and the fix."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The programs to run. `path` is the PATH under which they find each other."""

    cdktf: Path
    terraform: str
    path: str


def stacks_of(spec: Spec, target: str, part: str | None = None) -> list[str]:
    """The stacks of `target`, or the one `part` of it, in the order of deployment.

    Raises DeployError for a target or part that does not exist.
    """
    shared = [*_before_workspaces(spec), "account"]
    if target in shared:
        if part:
            raise DeployError(f"{target} is deployed whole, without a part {part}: leave {part.upper()} out")
        # The account's admins also grant each pipeline its rights in the metastore.
        rights = [f"{each.name}-rights" for each in spec.environments] if target == "account" else []
        return [target, *rights]
    found = next((each for each in spec.environments if each.name == target), None)
    if found is None:
        known = ", ".join([*shared, *(each.name for each in spec.environments)])
        raise DeployError(f"ENV={target or '(nothing)'} does not exist; allowed are {known}: correct it")
    lacks = {
        "masks": "holds no sensitive column" if not hides(spec, found) else "",
        "serving": "serves nothing" if not serves(found) else "",
        "images": "serves at no place beside Databricks" if not serves_elsewhere(found) else "",
        "aks": "has no aks_serving" if not found.aks_serving else "",
        "sinks": "has no sinks" if not found.sinks else "",
        "azure-ml": "has no azure_ml" if not found.azure_ml else "",
    }
    why = lacks.get(part or "")
    if why:
        raise DeployError(f"{target} {why}, so it has no stack {target}-{part}: see workspaces/{target}.yaml")
    parts = ["platform", "workspace", "ml", *(["data-factory"] if found.data_factory else [])]
    return [f"{target}-{each}" for each in ([part] if part else parts)]


def _before_workspaces(spec: Spec) -> list[str]:
    """The shared stacks that come before the environments' workspaces."""
    hub = ["hub"] if spec.platform.private else []
    made = ["metastore"] if makes_metastore(spec.platform) else []
    return ["bootstrap", *hub, *made]


def missing(root: Path, environment: Mapping[str, str]) -> list[str]:
    """The missing requirements of this machine, each with its fix; empty if complete."""
    path, found = environment.get("PATH", ""), []
    terraform = environment.get("TERRAFORM_BINARY_NAME", "terraform")
    if not (root / "node_modules" / ".bin" / "cdktf").exists():
        found.append("the cdktf CLI: run `make synth-check` once, or `npm ci --ignore-scripts`")
    try:
        find_node(environment)
    except SeamError as error:
        found.append(f"Node: {error}")
    if shutil.which(terraform, path=path) is None:
        found.append(
            f"{terraform}: install Terraform {OLDEST_TERRAFORM} or newer, or OpenTofu and set "
            "TERRAFORM_BINARY_NAME=tofu; without either, `make up` runs the same stacks on the local cloud"
        )
    if not any(environment.get(name) for name in _SIGN_INS) and shutil.which("az", path=path) is None:
        found.append(f"a sign-in to Azure: `az login`, or in a pipeline one of {', '.join(_SIGN_INS)}")
    return found


def tools(root: Path, environment: Mapping[str, str]) -> Tools:
    """The programs. Raises DeployError that names everything that is missing."""
    lacking = missing(root, environment)
    if lacking:
        raise DeployError("this machine cannot deploy; missing are:\n" + "\n".join(f"  - {each}" for each in lacking))
    # cdktf runs the `python` of cdktf.json and its own `node` by name.
    first = (str(Path(sys.executable).parent), str(Path(find_node(environment)).parent), environment.get("PATH", ""))
    name = environment.get("TERRAFORM_BINARY_NAME", "terraform")
    return Tools(cdktf=root / "node_modules" / ".bin" / "cdktf", terraform=name, path=os.pathsep.join(first))


def commands(action: str, stack: str, used: Tools, *, approved: bool) -> list[list[str]]:
    """The commands for one stack. `approved` skips the confirmation: for a pipeline whose plan was reviewed."""
    if action == "plan":
        folder = f"-chdir={OUT / 'stacks' / stack}"
        return [
            [used.terraform, folder, "init", "-input=false"],
            # With a file, so that policies and reviewers see this plan, and no other is applied.
            [used.terraform, folder, "plan", "-input=false", "-out=plan.bin"],
        ]
    # The lock step queries the registry, bypassing any mirror; the versions are pinned by the bindings.
    whole = [str(used.cdktf), action, stack, "--skip-provider-lock"]
    return [[*whole, "--auto-approve"] if approved and action != "diff" else whole]


def run(action: str, target: str, part: str | None = None, *, approved: bool) -> None:
    """Run `action` on every stack of `target`. Raises DeployError, or SpecError before anything is run."""
    spec = load(WORKSPACES)
    wanted = stacks_of(spec, target, part)
    used = tools(ROOT, os.environ)
    if action == "plan":
        synth(OUT)
    environment = os.environ | {"PATH": used.path, "CHECKPOINT_DISABLE": "1"}
    for stack in reversed(wanted) if action == "destroy" else wanted:
        for command in commands(action, stack, used, approved=approved):
            print(f"{stack}: {' '.join([Path(command[0]).name, *command[1:]])}", flush=True)
            # Azure DevOps' token lasts minutes, and a stack may take longer.
            environment |= renewed(environment)
            done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
            if done.returncode:
                raise DeployError(f"{stack}: {action} failed with exit code {done.returncode}; see above")
        if action == "plan":
            _show(stack, used, environment)


def _show(stack: str, used: Tools, environment: Mapping[str, str]) -> None:
    """Write the plan as JSON next to it, for the policies and the plan review."""
    folder = OUT / "stacks" / stack
    command = [used.terraform, f"-chdir={folder}", "show", "-json", "plan.bin"]
    shown = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if shown.returncode:
        raise DeployError(f"{stack}: the plan cannot be shown: {shown.stderr.strip()}")
    (folder / "plan.json").write_text(shown.stdout, encoding="utf-8")
    print(f"{stack}: plan as JSON in {folder / 'plan.json'}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, and report errors. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", allow_abbrev=False)
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("target", help="an environment, bootstrap, hub, metastore or account")
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--platform", dest="part", action="store_const", const="platform", help="its first stack alone")
    parts.add_argument("--masks", dest="part", action="store_const", const="masks", help="phase two, after ingest ran")
    parts.add_argument(
        "--serving", dest="part", action="store_const", const="serving", help="phase two, with a model live"
    )
    parts.add_argument("--place", dest="part", choices=PLACES, help="one stack of the places beside Databricks")
    parser.add_argument("--approved", action="store_true", help="ask nobody")
    given = parser.parse_args(arguments)
    try:
        run(given.action, given.target, given.part, approved=given.approved)
    except (DeployError, PipelineTokenError, SpecError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
