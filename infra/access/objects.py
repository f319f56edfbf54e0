"""Access levels compiled to permissions on jobs and experiments."""

from collections.abc import Mapping, Sequence

from infra.constructs.permissions import Permission
from infra.jobs.declaration import JobDeclaration, RunJobTask
from infra.spec import RoleAccess

_JOB_LEVELS = {"view": "CAN_VIEW", "run": "CAN_MANAGE_RUN", "manage": "CAN_MANAGE"}
_EXPERIMENT_LEVELS = {"read": "CAN_READ", "edit": "CAN_EDIT"}
# Training writes its runs. Promotion reads them and records its verdicts on them.
_EXPERIMENT_STAGES = ("training", "promotion")


def _starts(job: JobDeclaration, stage: str) -> bool:
    return any(isinstance(task, RunJobTask) and task.stage == stage for task in job.tasks)


def job_permissions(
    job: JobDeclaration,
    jobs: Sequence[JobDeclaration],
    principals: Mapping[str, str],
    roles: Mapping[str, RoleAccess],
) -> tuple[Permission, ...]:
    """Who may see, run or manage `job`: the principals of the jobs that start it, and the roles."""
    starters = [other.stage for other in jobs if _starts(other, job.stage)]
    return (
        *(Permission(level="CAN_MANAGE_RUN", service_principal=principals[stage]) for stage in starters),
        *(Permission(level=_JOB_LEVELS[role.jobs], group=group) for group, role in roles.items() if role.jobs),
    )


def experiment_permissions(principals: Mapping[str, str], roles: Mapping[str, RoleAccess]) -> tuple[Permission, ...]:
    """Who may see or write the runs of training."""
    writers = [principals[stage] for stage in _EXPERIMENT_STAGES if stage in principals]
    return (
        *(Permission(level="CAN_EDIT", service_principal=who) for who in writers),
        *(
            Permission(level=_EXPERIMENT_LEVELS[role.experiment], group=group)
            for group, role in roles.items()
            if role.experiment
        ),
    )
