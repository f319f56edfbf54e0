"""A grant to everyone is not affected by changes of group membership."""

from ..engine.api import Block, Resource, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.principals import changing, entries, means_everybody, nobody_named


@rule(
    "CKV_MLOPS_1",
    Severity.CRITICAL,
    "databricks_grants",
    "databricks_grant",
    rationale="`account users` contains every user: one such grant lets anyone change the data or pass it on.",
    fix="Grant to a named group; leave at most reading privileges to `account users`.",
    control="Unity Catalog least privilege; SAT INFO-18",
)
def everybody_only_reads(resource: Resource) -> Verdict:
    """Everyone is granted reading at most."""
    return worst(_one(resource, grant) for grant in entries(resource, "grant") or [resource.block])


def _one(resource: Resource, grant: Block | Verdict) -> Verdict:
    if isinstance(grant, Verdict):
        return grant
    principal, held = grant.value("principal"), changing(grant.values("privileges"))
    if not held:
        return passed()
    if principal is None:
        return nobody_named(held)
    everybody = means_everybody(resource, principal)
    if everybody is None:
        return unknown(f"who {principal} is cannot be seen here, and it holds {', '.join(held)}; name it")
    return failed(f"{principal} holds {', '.join(held)}; allowed: reading privileges") if everybody else passed()
