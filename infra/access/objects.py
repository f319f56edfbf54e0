"""Access levels compiled to permissions on jobs, experiments and endpoints."""

from collections.abc import Mapping, Sequence

from infra.constructs.workspace.permissions import Permission
from infra.jobs.declaration import ForEachTask, JobDeclaration, RunJobTask
from infra.spec import JobAccess, RoleAccess

_JOB_LEVELS = {"view": "CAN_VIEW", "run": "CAN_MANAGE_RUN", "manage": "CAN_MANAGE"}
_PIPELINE_LEVELS = {"view": "CAN_VIEW", "run": "CAN_RUN", "manage": "CAN_MANAGE"}
_ENDPOINT_LEVELS = {"view": "CAN_VIEW", "query": "CAN_QUERY"}
_EXPERIMENT_LEVELS = {"read": "CAN_READ", "edit": "CAN_EDIT"}


def _starts(job: JobDeclaration, name: str) -> bool:
    run = (task.each if isinstance(task, ForEachTask) else task for task in job.tasks)
    return any(isinstance(task, RunJobTask) and task.job == name for task in run)


def _role_level(job: JobDeclaration, role: RoleAccess) -> str | None:
    """The level of a role's members on `job`; None if they do not reach it."""
    own = {"approval": role.approval, "alert_actions": role.alert_actions, "comments": role.comments}.get(
        job.started_by
    )
    if own or not role.jobs:
        return _JOB_LEVELS[own] if own else None
    # Rights to run or even manage the other jobs must not include signing off a model.
    return "CAN_VIEW" if job.started_by == "approval" else _JOB_LEVELS[role.jobs]


def job_permissions(
    job: JobDeclaration,
    jobs: Sequence[JobDeclaration],
    principals: Mapping[str, str],
    roles: Mapping[str, RoleAccess],
) -> tuple[Permission, ...]:
    """Rights on `job`: of itself if it asks who started it, of the jobs that start or watch it, and of roles."""
    itself = [Permission(level="CAN_VIEW", service_principal=principals[job.principal])]
    starters = dict.fromkeys(principals[other.principal] for other in jobs if _starts(other, job.name))
    if job.deploys:
        starters[principals[job.principal]] = None
    lookers = dict.fromkeys(principals[other.principal] for other in jobs if job.name in other.looks_at)
    levels = ((group, _role_level(job, role)) for group, role in roles.items())
    return (
        *(itself if job.started_by != "jobs" else []),
        *(Permission(level="CAN_MANAGE_RUN", service_principal=who) for who in starters),
        *(Permission(level="CAN_VIEW", service_principal=who) for who in lookers if who not in starters),
        *(Permission(level=level, group=group) for group, level in levels if level),
    )


def pipeline_permissions(run_as: str, roles: Mapping[str, RoleAccess]) -> tuple[Permission, ...]:
    """Rights to see, run or manage a pipeline: of the principal whose job updates it, and of roles as on the jobs."""
    return (
        Permission(level="CAN_RUN", service_principal=run_as),
        *(Permission(level=_PIPELINE_LEVELS[role.jobs], group=group) for group, role in roles.items() if role.jobs),
    )


def endpoint_permissions(promotion: str, roles: Mapping[str, RoleAccess]) -> tuple[Permission, ...]:
    """Rights to call an endpoint, and the promotion principal's right to change what it serves."""
    return (
        Permission(level="CAN_MANAGE", service_principal=promotion),
        *endpoint_callers(roles),
    )


def endpoint_callers(roles: Mapping[str, RoleAccess]) -> tuple[Permission, ...]:
    """Rights to see or call an endpoint."""
    return tuple(
        Permission(level=_ENDPOINT_LEVELS[role.endpoint], group=group) for group, role in roles.items() if role.endpoint
    )


def experiment_permissions(
    stages: Mapping[str, JobAccess], principals: Mapping[str, str], roles: Mapping[str, RoleAccess]
) -> tuple[Permission, ...]:
    """Rights to see or write the runs of training, for the stages and roles whose access includes them."""
    return (
        *(
            Permission(level=_EXPERIMENT_LEVELS[access.experiment], service_principal=principals[stage])
            for stage, access in stages.items()
            if access.experiment
        ),
        *(
            Permission(level=_EXPERIMENT_LEVELS[role.experiment], group=group)
            for group, role in roles.items()
            if role.experiment
        ),
    )
