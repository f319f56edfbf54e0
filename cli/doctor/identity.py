"""Whether the people and principals that grants name exist."""

from collections.abc import Iterator

from cli.doctor.check import Fault, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names
from infra.access.assignments import assignments
from infra.access.holders import job_principals


@check
def every_job_has_its_principal(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Each job runs as its own service principal."""
    for name in job_principals(deployed.environment):
        if name not in deployed.principals:
            fix = "deploy the stack account, which creates it and assigns it to the workspace"
            yield Fault(subject=name, wrong="does not exist as a service principal of the workspace", fix=fix)


@check
def every_principal_is_active(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A deactivated principal keeps its grants but cannot run anything."""
    wanted = job_principals(deployed.environment)
    for each in deployed.workspace.service_principals.list():
        if each.display_name in wanted and each.active is False:
            fix = "activate it in the account console"
            yield Fault(subject=str(each.display_name), wrong="is deactivated", fix=fix)


@check
def every_group_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Grants name groups of the account."""
    found = {str(group.display_name) for group in deployed.workspace.groups.list()}
    declared = set(deployed.spec.platform.groups) & set(assignments(deployed.environment))
    for name in sorted(declared | {names.owners(deployed.environment.name)}):
        if name not in found:
            fix = "deploy the stack account, which creates it and assigns it to the workspace"
            yield Fault(subject=name, wrong="does not exist as a group of the workspace", fix=fix)


CHECKS = (every_job_has_its_principal, every_principal_is_active, every_group_exists)
