"""Shared data is read outside the platform, where its grants and masks do not apply."""

from ..engine.api import Expression, Resource, Scalar, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.environment import Environment, environment_named


@rule(
    "CKV_MLOPS_88",
    Severity.MEDIUM,
    "databricks_share",
    rationale="Recipients can copy a shared production table, irrevocably.",
    fix="Share a view or a table made for it outside production, or waive this with the agreement as its reason.",
    control="Data protection: transfer to third parties",
)
def production_is_not_shared_unseen(resource: Resource) -> Verdict:
    """Shares contain nothing from production's catalogs."""
    return worst(_one(resource, value) for value in resource.block.values("object.name"))


def _one(resource: Resource, value: Scalar) -> Verdict:
    name = resource.name_of(value) if isinstance(value, Expression) else str(value)
    if name is None:
        return unknown(f"what {value} is cannot be seen here, and may be production's; name it")
    in_production = environment_named(name.partition(".")[0]) is Environment.PRODUCTION
    return failed(f"{name} is shared; allowed: nothing of production") if in_production else passed()
