"""The deployed jobs: completeness, principals, schedules and wheels."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cli.doctor.check import Fault, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names
from infra.jobs.declaration import JobDeclaration
from infra.spec import Switch

if TYPE_CHECKING:
    from databricks.sdk.service.jobs import JobSettings

_SHA256 = re.compile(r"/([0-9a-f]{64})/[^/]+\.whl$")


def _declared(deployed: DeployedEnvironment) -> Mapping[str, tuple[str, JobDeclaration]]:
    """(use case, declaration) by the job's name."""
    from infra.jobs.declared import declared_jobs  # noqa: PLC0415
    from infra.main import JOBS  # noqa: PLC0415 - starts Node

    return {
        declared.name: (use_case, declared)
        for use_case in deployed.environment.use_cases
        for declared in declared_jobs(deployed.spec, deployed.environment, use_case, "unknown", JOBS)
    }


def _fix(deployed: DeployedEnvironment) -> str:
    return f"deploy the stack {deployed.environment.name}-ml"


@check
def every_job_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Every job in the environment's file is deployed."""
    for name in _declared(deployed).keys() - deployed.jobs.keys():
        yield Fault(subject=name, wrong="does not exist as a job of the workspace", fix=_fix(deployed))


@check
def every_job_runs_as_its_principal(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A job that runs as a person has all rights of that person."""
    for name, (use_case, declared) in _declared(deployed).items():
        wanted = names.principal(deployed.environment.name, use_case, declared.principal)
        found = deployed.jobs[name].run_as_user_name if name in deployed.jobs else wanted
        if found not in (wanted, deployed.job_principals[wanted]):
            yield Fault(subject=name, wrong=f"runs as {found}, not as {wanted}", fix=_fix(deployed))


@check
def every_schedule_is_as_declared(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Paused if declared paused, active if declared active: somebody may have switched it by hand."""
    for name, (_, declared) in _declared(deployed).items():
        settings = deployed.jobs[name].settings if name in deployed.jobs else None
        starts = (settings.schedule or settings.trigger) if settings else None
        if declared.starts is None or settings is None:
            continue
        wanted = "PAUSED" if declared.starts.switch is Switch.PAUSED else "UNPAUSED"
        found = starts.pause_status.value if starts and starts.pause_status else "without schedule"
        if found != wanted:
            fix = f"{_fix(deployed)}, or declare it so in the environment's file"
            yield Fault(subject=name, wrong=f"is {found}, declared {wanted}", fix=fix)


def wheels(deployed: DeployedEnvironment) -> Mapping[str, list[str]]:
    """The jobs that use each wheel."""
    found: dict[str, list[str]] = {}
    for name in _declared(deployed).keys() & deployed.jobs.keys():
        settings = deployed.jobs[name].settings
        for path in sorted(set(_named(settings))) if settings else ():
            found.setdefault(path, []).append(name)
    return found


def _named(settings: "JobSettings") -> Iterator[str]:
    """Paths of wheels: libraries of a task's cluster, and dependencies of a serverless environment."""
    for task in settings.tasks or []:
        yield from (library.whl for library in task.libraries or [] if library.whl)
    for environment in settings.environments or []:
        listed = (environment.spec.dependencies or []) if environment.spec else []
        yield from (path for path in listed if path.startswith("/") and path.endswith(".whl"))


@check
def every_wheel_is_there(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A cluster without its wheel fails only after minutes."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    for path, jobs in wheels(deployed).items():
        try:
            deployed.workspace.files.get_metadata(path)
        except NotFound:
            fix = f"deploy {deployed.environment.name}-workspace, which uploads it, then {deployed.environment.name}-ml"
            yield Fault(subject=path, wrong=f"is missing, and {', '.join(sorted(jobs))} need it", fix=fix)


@check
def every_wheel_is_what_its_folder_says(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """The folder's name is the SHA-256 of the file: different content was never reviewed."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    for path in wheels(deployed):
        named = _SHA256.search(path)
        try:
            found = _sha256(deployed, path)
        except NotFound:
            continue
        if named is None or found != named[1]:
            wrong = f"has content {found[:12]}…, which differs from its folder's name"
            yield Fault(subject=path, wrong=wrong, fix=f"delete it, and deploy {deployed.environment.name}-workspace")


def _sha256(deployed: DeployedEnvironment, path: str) -> str:
    contents = deployed.workspace.files.download(path).contents
    if contents is None:
        raise OSError(f"{path} has no content")
    with contents as stream:
        return hashlib.sha256(stream.read()).hexdigest()


@check
def every_job_obeys_a_policy_that_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A recreated policy has another id."""
    found = {each.policy_id for each in deployed.workspace.cluster_policies.list()}
    for name in _declared(deployed).keys() & deployed.jobs.keys():
        settings = deployed.jobs[name].settings
        for cluster in (settings.job_clusters or []) if settings else []:
            policy = cluster.new_cluster.policy_id if cluster.new_cluster else None
            if policy is None or policy not in found:
                wrong = f"its cluster names the policy {policy}, which does not exist"
                yield Fault(subject=name, wrong=wrong, fix=_fix(deployed))


CHECKS = (
    every_job_exists,
    every_job_runs_as_its_principal,
    every_schedule_is_as_declared,
    every_job_obeys_a_policy_that_exists,
    every_wheel_is_there,
    every_wheel_is_what_its_folder_says,
)
