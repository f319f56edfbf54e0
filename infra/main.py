"""The stacks, in the order in which they are deployed. Run it as a module: `python -m infra.main`.

A task's code is two hops from here: a job's file in `infra/jobs/`, and the file that its task names.
"""

import os
import shutil
import sys
from pathlib import Path

from infra.access.hidden import hides
from infra.cdktf_seam import App, Scope
from infra.jobs.alerts import alerts
from infra.jobs.alias_change import alias_change
from infra.jobs.approval import approval
from infra.jobs.comment import comment
from infra.jobs.compute import libraries
from infra.jobs.ingest import ingest, requests
from infra.jobs.integration import integration
from infra.jobs.maintenance import maintenance
from infra.jobs.mirror import mirror
from infra.jobs.monitoring import monitoring
from infra.jobs.new_version import new_version
from infra.jobs.online import online
from infra.jobs.power_bi import power_bi
from infra.jobs.promotion import promotion
from infra.jobs.rollback import rollback
from infra.jobs.scoring import predictions, scoring
from infra.jobs.training import training
from infra.jobs.training_gpu import training_gpu
from infra.release import Release
from infra.revision import git_commit
from infra.spec import Environment, NewMetastore, Spec, SpecError, load
from infra.stacks.account import account_stack
from infra.stacks.aks import aks_stack
from infra.stacks.azure_ml import azure_ml_stack
from infra.stacks.bootstrap import bootstrap_stack
from infra.stacks.data_factory import data_factory_stack
from infra.stacks.hub import hub_stack
from infra.stacks.images import images_stack, serves_elsewhere
from infra.stacks.masks import masks_stack
from infra.stacks.metastore import metastore_stack
from infra.stacks.ml import ml_stack
from infra.stacks.platform import platform_stack
from infra.stacks.rights import rights_stack
from infra.stacks.serving import serves, serving_stack
from infra.stacks.sinks import sinks_stack
from infra.stacks.workspace import workspace_stack
from infra.wheel import ROOT, build_wheel

WORKSPACES = ROOT / "workspaces"
# Each after the jobs that it starts.
JOBS = (
    ingest,
    requests,
    promotion,
    new_version,
    alias_change,
    rollback,
    approval,
    comment,
    training,
    training_gpu,
    scoring,
    predictions,
    maintenance,
    mirror,
    monitoring,
    online,
    power_bi,
    alerts,
    integration,
)


def stacks(app: Scope, spec: Spec, release: Release) -> list[str]:
    """Add every stack to `app` and return their names in order."""
    names = _azure(app, spec)
    # After the workspaces that it assigns people to.
    account_stack(app, spec)
    names.append("account")
    for environment in spec.environments:
        rights_stack(app, spec, environment)
        names.append(f"{environment.name}-rights")
    for environment in spec.environments:
        workspace_stack(app, spec, environment, release, JOBS)
        ml_stack(app, spec, environment, release, JOBS)
        names += [f"{environment.name}-workspace", f"{environment.name}-ml"]
        if environment.data_factory:
            data_factory_stack(app, spec, environment, environment.data_factory)
            names.append(f"{environment.name}-data-factory")
        if hides(spec, environment):
            masks_stack(app, spec, environment)
            names.append(f"{environment.name}-masks")
        if serves(environment):
            serving_stack(app, spec, environment)
            names.append(f"{environment.name}-serving")
        if environment.sinks:
            sinks_stack(app, spec, environment, environment.sinks)
            names.append(f"{environment.name}-sinks")
        names += _other_places(app, spec, environment)
    return names


def _other_places(app: Scope, spec: Spec, environment: Environment) -> list[str]:
    """The environment's serving places other than Databricks, if any."""
    if not serves_elsewhere(environment):
        return []
    images_stack(app, spec, environment)
    names = [f"{environment.name}-images"]
    if environment.aks_serving:
        aks_stack(app, spec, environment, environment.aks_serving)
        names.append(f"{environment.name}-aks")
    if environment.azure_ml:
        azure_ml_stack(app, spec, environment, environment.azure_ml)
        names.append(f"{environment.name}-azure-ml")
    return names


def _azure(app: Scope, spec: Spec) -> list[str]:
    """The stacks before the account: Azure's own, up to every environment's workspace, and a new metastore."""
    bootstrap_stack(app, spec)
    names = ["bootstrap"]
    if spec.platform.private:
        hub_stack(app, spec)
        names.append("hub")
    if isinstance(spec.platform.metastore, NewMetastore):
        metastore_stack(app, spec, spec.platform.metastore)
        names.append("metastore")
    for environment in spec.environments:
        platform_stack(app, spec, environment)
        names.append(f"{environment.name}-platform")
    return names


def synth(out_dir: Path, workspaces_dir: Path = WORKSPACES) -> list[str]:
    """Write the documents of every stack under `out_dir` and return the stacks' names in order.

    Raises SpecError with every mistake in `workspaces_dir`, before anything is written.
    """
    spec = load(workspaces_dir)
    release = Release(wheel=build_wheel(), git_commit=git_commit(ROOT), libraries=libraries(spec))
    for assets in out_dir.glob("stacks/*/assets"):
        # Otherwise wheels of earlier syntheses would stay there.
        shutil.rmtree(assets)
    app = App(outdir=str(out_dir))
    names = stacks(app, spec, release)
    app.synth()
    return names


def main() -> int:
    """The entry point of `cdktf synth`: writes to the folder in CDKTF_OUTDIR."""
    try:
        synth(Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out")), WORKSPACES)
    except SpecError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
