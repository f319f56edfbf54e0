"""A GPU that waits for requests costs as much as a busy one."""

from ..engine.api import Block, Resource, Severity, Verdict, expect, passed, rule, worst
from ..engine.environment import Environment, environment_of

_ENTITIES = ("config.served_entities", "config.served_models")


@rule(
    "CKV_MLOPS_46",
    Severity.MEDIUM,
    "databricks_model_serving",
    rationale="Outside production a slow first answer is acceptable, and an idle GPU endpoint costs money all night.",
    fix="Set `scale_to_zero_enabled = true` on the served entity.",
    control="Cost control of GPUs",
)
def idle_gpus_are_given_back(resource: Resource) -> Verdict:
    """Outside production, serving on GPUs scales to zero."""
    if environment_of(resource) is Environment.PRODUCTION:
        return passed("production answers at once")
    return worst(_one(entity) for path in _ENTITIES for entity in resource.block.blocks(path))


def _one(entity: Block) -> Verdict:
    kind = entity.value("workload_type")
    if kind is None or not str(kind).upper().startswith(("GPU", "MULTIGPU")):
        return passed("without GPUs")
    return expect(entity, "scale_to_zero_enabled", True)
