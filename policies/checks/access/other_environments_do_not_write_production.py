"""Production cannot trust data that development can change."""

from ..engine.api import Block, Expression, Resource, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.environment import Environment, environment_named, environment_of
from ..engine.principals import changing, entries, nobody_named, principal_name

_SECURABLES = (
    "catalog", "schema", "table", "volume", "model", "function", "external_location", "storage_credential",
)  # fmt: skip


@rule(
    "CKV_MLOPS_2",
    Severity.CRITICAL,
    "databricks_grants",
    "databricks_grant",
    rationale="A principal of another environment that can change production's data or models bypasses every gate.",
    fix="Grant it reading privileges only, and write through production's own principals.",
    control="Separation of environments; reference architecture: dev reads prod read-only",
)
def other_environments_do_not_write_production(resource: Resource) -> Verdict:
    """Principals of other environments do not write production."""
    environment = _environment(resource)
    if environment is Environment.UNKNOWN and _is_hidden(resource):
        return worst(_may_write(resource, grant) for grant in resource.block.blocks("grant") or [resource.block])
    if environment is not Environment.PRODUCTION:
        return passed("not production's")
    return worst(_one(resource, grant) for grant in entries(resource, "grant") or [resource.block])


def _environment(resource: Resource) -> Environment:
    """The environment of the securable, by its own name or that of its reference; else the stack's environment."""
    for securable in _SECURABLES:
        for value in resource.block.values(securable):
            name = resource.name_of(value)
            named = environment_named(name.partition(".")[0]) if name else Environment.UNKNOWN
            if named is not Environment.UNKNOWN:
                return named
            referred = resource.referred(value)
            if referred is not None:
                return environment_of(referred)
    return environment_of(resource)


def _is_hidden(resource: Resource) -> bool:
    """Whether the subject of the grants is computed, and unknown here."""
    values = [value for securable in _SECURABLES for value in resource.block.values(securable)]
    return any(isinstance(value, Expression) and resource.name_of(value) is None for value in values)


def _may_write(resource: Resource, grant: Block) -> Verdict:
    """For a securable that may be production's: unknown if a principal of another environment changes it."""
    principal, held = grant.value("principal"), changing(grant.values("privileges"))
    name = principal_name(resource, principal) if principal is not None else None
    if name is not None and held and environment_named(name) is Environment.OTHER:
        return unknown(f"{name} holds {', '.join(held)} on a computed securable, which may be production's; name it")
    return passed("no principal of another environment changes it")


def _one(resource: Resource, grant: Block | Verdict) -> Verdict:
    if isinstance(grant, Verdict):
        return grant
    principal, held = grant.value("principal"), changing(grant.values("privileges"))
    if not held:
        return passed()
    if principal is None:
        return nobody_named(held)
    name = principal_name(resource, principal)
    if name is None:
        return unknown(f"who {principal} is cannot be seen here, and it holds {', '.join(held)} on production")
    if environment_named(name) is Environment.OTHER:
        return failed(f"{name} holds {', '.join(held)} on production; allowed: reading")
    return passed()
