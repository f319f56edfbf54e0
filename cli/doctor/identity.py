"""Whether the people and principals that are granted anything exist."""

from collections.abc import Iterator

from cli.doctor.check import Fault, check
from cli.doctor.patient import Patient
from infra import names
from infra.access.assignments import assignments
from infra.access.holders import job_principals


@check
def every_job_has_its_principal(patient: Patient) -> Iterator[Fault]:
    """Each job runs as a service principal of its own."""
    for name in job_principals(patient.environment):
        if name not in patient.principals:
            fix = "deploy account, which makes it and lets it into the workspace"
            yield Fault(subject=name, wrong="is no service principal of the workspace", fix=fix)


@check
def every_principal_is_active(patient: Patient) -> Iterator[Fault]:
    """A deactivated principal keeps its grants and runs nothing."""
    wanted = job_principals(patient.environment)
    for each in patient.workspace.service_principals.list():
        if each.display_name in wanted and each.active is False:
            fix = "activate it in the account console"
            yield Fault(subject=str(each.display_name), wrong="is deactivated", fix=fix)


@check
def every_group_exists(patient: Patient) -> Iterator[Fault]:
    """Grants name groups of the account."""
    found = {str(group.display_name) for group in patient.workspace.groups.list()}
    declared = set(patient.spec.platform.groups) & set(assignments(patient.environment))
    for name in sorted(declared | {names.owners(patient.environment.name)}):
        if name not in found:
            fix = "deploy account, which makes it and lets it into the workspace"
            yield Fault(subject=name, wrong="is no group of the workspace", fix=fix)


CHECKS = (every_job_has_its_principal, every_principal_is_active, every_group_exists)
