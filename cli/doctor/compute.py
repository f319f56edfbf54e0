"""Runtimes, machines, policies and the warehouse."""

from collections.abc import Iterator

from cli.doctor.check import Fault, NotAskedError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names
from ml.declarations import online_store


@check
def every_runtime_is_offered(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """No cluster starts with a runtime that has reached its end of support."""
    found = {str(each.key) for each in deployed.workspace.clusters.spark_versions().versions or []}
    wanted = {f"policies.{name}": policy.runtime for name, policy in deployed.environment.policies.items()}
    wanted |= {f"pools.{name}": pool.runtime for name, pool in deployed.environment.pools.items()}
    for setting, runtime in wanted.items():
        if runtime not in found:
            newest = max((each for each in found if each.endswith(runtime.split("x-", 1)[-1])), default="none")
            fix = f"name an offered one in {setting}.runtime, such as {newest}"
            yield Fault(subject=setting, wrong=f"names {runtime}, which the workspace does not offer", fix=fix)


@check
def every_machine_is_offered(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """By region, and by the subscription's limits."""
    listed = deployed.workspace.clusters.list_node_types().node_types or []
    # A node type with a status is listed but unavailable: not in this region, or not for this subscription.
    found = {each.node_type_id for each in listed if not (each.node_info and each.node_info.status)}
    policies = deployed.environment.policies.items()
    wanted = [(f"policies.{name}", node) for name, policy in policies for node in policy.node_types]
    wanted += [(f"pools.{name}", pool.node_type) for name, pool in deployed.environment.pools.items()]
    for setting, node in wanted:
        if node not in found:
            fix = "name another one, or ask for quota of its family in this region"
            yield Fault(subject=setting, wrong=f"names {node}, which the workspace does not offer", fix=fix)


@check
def every_gpu_machine_has_a_gpu(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Databricks does not count a fraction of a GPU, which some machines have: a fit would silently use the CPU."""
    listed = deployed.workspace.clusters.list_node_types().node_types or []
    gpus = {each.node_type_id: each.num_gpus or 0 for each in listed}
    for name, policy in deployed.environment.policies.items():
        for node in policy.node_types if policy.kind == "gpu" else ():
            # A missing node type is the fault of another check.
            if gpus.get(node) == 0:
                wrong = f"names {node}, which has no whole GPU"
                fix = "name one of series NCasT4_v3, NVadsA10_v5 (from 36 cores) or NCadsA100_v4"
                yield Fault(subject=f"policies.{name}", wrong=wrong, fix=fix)


@check
def every_cluster_policy_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Every job cluster obeys one."""
    found = {str(each.name) for each in deployed.workspace.cluster_policies.list()}
    for name, _ in deployed.environment.policies.items():
        if names.policy(name) not in found:
            fix = f"deploy the stack {deployed.environment.name}-workspace"
            yield Fault(
                subject=names.policy(name), wrong="does not exist as a cluster policy of the workspace", fix=fix
            )


@check
def the_warehouse_can_be_used(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """People and alerts query it; it starts and stops automatically."""
    name = names.warehouse(deployed.environment.name)
    found = next((each for each in deployed.workspace.warehouses.list() if each.name == name), None)
    fix = f"deploy the stack {deployed.environment.name}-workspace"
    if found is None:
        yield Fault(subject=name, wrong="does not exist as a SQL warehouse of the workspace", fix=fix)
        return
    state = found.state.value if found.state else ""
    if state in ("DELETED", "DELETING"):
        yield Fault(subject=name, wrong=f"is {state}", fix=fix)
    if found.auto_stop_mins is not None and found.auto_stop_mins != deployed.environment.warehouse.auto_stop_minutes:
        wanted = deployed.environment.warehouse.auto_stop_minutes
        yield Fault(subject=name, wrong=f"stops after {found.auto_stop_mins} idle minutes, not {wanted}", fix=fix)


@check
def the_online_store_is_available(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Endpoints look up features in it."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    if deployed.environment.online_store is None:
        raise NotAskedError("the environment declares no online_store")
    name, fix = online_store(deployed.catalog), f"deploy the stack {deployed.environment.name}-ml"
    try:
        found = deployed.workspace.feature_store.get_online_store(name)
    except NotFound:
        yield Fault(subject=name, wrong="does not exist as an online store", fix=fix)
        return
    state = found.state.value if found.state else "without a state"
    if state != "AVAILABLE":
        yield Fault(subject=name, wrong=f"is {state}", fix="wait until it is AVAILABLE, or see its page for the reason")


CHECKS = (
    every_runtime_is_offered,
    every_machine_is_offered,
    every_gpu_machine_has_a_gpu,
    every_cluster_policy_exists,
    the_warehouse_can_be_used,
    the_online_store_is_available,
)
