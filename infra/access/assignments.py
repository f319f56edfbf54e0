"""Sign-in rights to an environment's workspace."""

from collections.abc import Iterator

from infra import names
from infra.access.holders import job_principals
from infra.spec import Environment


def assignments(environment: Environment) -> dict[str, str]:
    """By principal: ADMIN for the owners, USER for the jobs and for every group that the environment names."""
    held = {names.owners(environment.name): "ADMIN"}
    return held | dict.fromkeys((*job_principals(environment), *sorted(set(_groups(environment)))), "USER")


def _groups(environment: Environment) -> Iterator[str]:
    for values in environment.use_cases.values():
        yield from values.access
    for _, policy in environment.policies.items():
        yield from policy.can_use
    yield from environment.warehouse.can_use
    yield from environment.security.token_users
