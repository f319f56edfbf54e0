"""The deployed jobs: all of them, as whom they run, when, and with what code."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cli.doctor.check import Fault, check
from cli.doctor.patient import Patient
from infra import names
from infra.jobs.declaration import JobDeclaration
from infra.spec import Switch

if TYPE_CHECKING:
    from databricks.sdk.service.jobs import JobSettings

_SHA256 = re.compile(r"/([0-9a-f]{64})/[^/]+\.whl$")


def _declared(patient: Patient) -> Mapping[str, tuple[str, JobDeclaration]]:
    """(use case, declaration) by the job's name."""
    from infra.jobs.declared import declared_jobs  # noqa: PLC0415
    from infra.main import JOBS  # noqa: PLC0415 - starts Node

    return {
        declared.name: (use_case, declared)
        for use_case in patient.environment.use_cases
        for declared in declared_jobs(patient.spec, patient.environment, use_case, "unknown", JOBS)
    }


def _fix(patient: Patient) -> str:
    return f"deploy the stack {patient.environment.name}-ml"


@check
def every_job_exists(patient: Patient) -> Iterator[Fault]:
    """What the environment's file lists is deployed."""
    for name in _declared(patient).keys() - patient.jobs.keys():
        yield Fault(subject=name, wrong="is no job of the workspace", fix=_fix(patient))


@check
def every_job_runs_as_its_principal(patient: Patient) -> Iterator[Fault]:
    """A job that runs as a person does whatever that person may."""
    for name, (use_case, declared) in _declared(patient).items():
        wanted = names.principal(patient.environment.name, use_case, declared.principal)
        found = patient.jobs[name].run_as_user_name if name in patient.jobs else wanted
        if found not in (wanted, patient.job_principals[wanted]):
            yield Fault(subject=name, wrong=f"runs as {found}, not as {wanted}", fix=_fix(patient))


@check
def every_schedule_is_as_declared(patient: Patient) -> Iterator[Fault]:
    """Paused where it is declared paused, active where active: somebody may have switched it by hand."""
    for name, (_, declared) in _declared(patient).items():
        settings = patient.jobs[name].settings if name in patient.jobs else None
        starts = (settings.schedule or settings.trigger) if settings else None
        if declared.starts is None or settings is None:
            continue
        wanted = "PAUSED" if declared.starts.switch is Switch.PAUSED else "UNPAUSED"
        found = starts.pause_status.value if starts and starts.pause_status else "without schedule"
        if found != wanted:
            fix = f"{_fix(patient)}, or declare it so in the environment's file"
            yield Fault(subject=name, wrong=f"is {found}, declared {wanted}", fix=fix)


def wheels(patient: Patient) -> Mapping[str, list[str]]:
    """The jobs that name each wheel."""
    found: dict[str, list[str]] = {}
    for name in _declared(patient).keys() & patient.jobs.keys():
        settings = patient.jobs[name].settings
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
def every_wheel_is_there(patient: Patient) -> Iterator[Fault]:
    """A cluster without its wheel fails after minutes."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    for path, jobs in wheels(patient).items():
        try:
            patient.workspace.files.get_metadata(path)
        except NotFound:
            fix = f"deploy {patient.environment.name}-workspace, which uploads it, then {patient.environment.name}-ml"
            yield Fault(subject=path, wrong=f"is not there, and {', '.join(sorted(jobs))} need it", fix=fix)


@check
def every_wheel_is_what_its_folder_says(patient: Patient) -> Iterator[Fault]:
    """The folder's name is the SHA-256 of the file: other content is not what was reviewed."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    for path in wheels(patient):
        named = _SHA256.search(path)
        try:
            found = _sha256(patient, path)
        except NotFound:
            continue
        if named is None or found != named[1]:
            wrong = f"holds content {found[:12]}…, not what its folder says"
            yield Fault(subject=path, wrong=wrong, fix=f"delete it, and deploy {patient.environment.name}-workspace")


def _sha256(patient: Patient, path: str) -> str:
    contents = patient.workspace.files.download(path).contents
    if contents is None:
        raise OSError(f"{path} has no content")
    with contents as stream:
        return hashlib.sha256(stream.read()).hexdigest()


@check
def every_job_obeys_a_policy_that_exists(patient: Patient) -> Iterator[Fault]:
    """A policy that was made again has another id."""
    found = {each.policy_id for each in patient.workspace.cluster_policies.list()}
    for name in _declared(patient).keys() & patient.jobs.keys():
        settings = patient.jobs[name].settings
        for cluster in (settings.job_clusters or []) if settings else []:
            policy = cluster.new_cluster.policy_id if cluster.new_cluster else None
            if policy is None or policy not in found:
                wrong = f"its cluster names the policy {policy}, which does not exist"
                yield Fault(subject=name, wrong=wrong, fix=_fix(patient))


CHECKS = (
    every_job_exists,
    every_job_runs_as_its_principal,
    every_schedule_is_as_declared,
    every_job_obeys_a_policy_that_exists,
    every_wheel_is_there,
    every_wheel_is_what_its_folder_says,
)
