"""A GPU cluster of unlimited size is a platform's most expensive mistake."""

from ..engine.api import Resource, Severity, Verdict, computed, failed, passed, rule
from ..engine.policy_definition import Limit, Policy, policy_of


@rule(
    "CKV_MLOPS_24",
    Severity.HIGH,
    "databricks_cluster_policy",
    rationale="One GPU node costs as much as twenty others; without a fixed list and number there is no cost limit.",
    fix="List the nodes (`allowlist`) and fix `num_workers`, or cap `autoscale.max_workers` and forbid `num_workers`.",
    control="Cost control of GPUs; SAT GOV-1",
)
def gpu_policies_are_capped(resource: Resource) -> Verdict:
    """Policies list their nodes, and those with GPUs cap the workers."""
    policy = policy_of(resource)
    if isinstance(policy, Verdict):
        return policy
    nodes, pool = policy.limit("node_type_id"), policy.limit("instance_pool_id")
    if nodes.allowed is None and pool.allowed is None:
        return failed("node_type_id is open, nodes with GPUs included; allowed: a list")
    return _capped(policy) if policy.for_gpus else passed("without GPUs")


def _capped(policy: Policy) -> Verdict:
    fixed, most = policy.limit("num_workers"), policy.limit("autoscale.max_workers")
    for name, limit in (("num_workers", fixed), ("autoscale.max_workers", most)):
        if limit.computed:
            return computed(name, limit.computed)
    if _required(fixed) or (_required(most) and (fixed.forbidden or fixed.upper is not None)):
        return passed()
    return failed(
        "the number of workers has no upper bound; allowed: num_workers fixed, or autoscale.max_workers capped"
    )


def _required(limit: Limit) -> bool:
    """Whether every cluster must give a number, and a bounded one."""
    return limit.upper is not None and not limit.optional
