"""Whether Azure's quota allows the declared clusters: cores by region and by machine family, from the Azure CLI."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cli.doctor.azure import ask
from cli.doctor.check import Fault, UnknownAnswerError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra.spec import Autoscaling

_REGIONAL = "cores"
_FIX = "ask for more in the portal under Usage + quotas, stop what is idle, or declare smaller clusters"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Cores in use and allowed."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """Cores still available."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The largest cluster that a setting allows on one machine type, with its family and cores in Azure's count."""

    setting: str
    node: str
    family: str
    cores: int


def _where(deployed: DeployedEnvironment) -> tuple[str, ...]:
    azure = deployed.environment.azure
    return ("--location", deployed.spec.platform.azure.region, "--subscription", azure.subscription_id)


def _usages(deployed: DeployedEnvironment) -> dict[str, Usage]:
    """By Azure's name of the quota, in lower case: `cores` is the whole region."""
    listed = ask(deployed, "vm", "list-usage", *_where(deployed))
    return {
        str(each["name"]["value"]).lower(): Usage(used=int(each["currentValue"]), limit=int(each["limit"]))
        for each in listed
    }


def _machines(deployed: DeployedEnvironment) -> dict[tuple[str, str], int]:
    """The largest number of machines that one cluster, or the pool, has, by (setting, machine type)."""
    found: dict[tuple[str, str], int] = {}
    for name, policy in deployed.environment.policies.items():
        # The workers and a driver.
        count = policy.size.max_workers + 1 if isinstance(policy.size, Autoscaling) else 1
        found |= {(f"policies.{name}", node): count for node in policy.node_types}
    pools = deployed.environment.pools.items()
    return found | {(f"pools.{name}", pool.node_type): pool.max_capacity for name, pool in pools}


def _clusters(deployed: DeployedEnvironment) -> Iterator[Cluster]:
    """Raises UnknownAnswerError for a machine type whose family or cores Azure does not report."""
    listed = ask(deployed, "vm", "list-skus", "--resource-type", "virtualMachines", *_where(deployed))
    sold: dict[str, dict[str, Any]] = {str(each["name"]): each for each in listed}
    for (setting, node), count in _machines(deployed).items():
        yield Cluster(setting=setting, node=node, **_counted(node, sold.get(node) or {}, count))


def _counted(node: str, sku: dict[str, Any], count: int) -> dict[str, Any]:
    cores = next((each["value"] for each in sku.get("capabilities") or [] if each["name"] == "vCPUs"), None)
    if not sku.get("family") or cores is None:
        raise UnknownAnswerError(f"az vm list-skus names no family and cores of {node}")
    return {"family": str(sku["family"]), "cores": count * int(cores)}


@check
def the_region_has_quota(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """All machines of a subscription in a region share one limit."""
    found, region = _usages(deployed).get(_REGIONAL), deployed.spec.platform.azure.region
    if found is None:
        raise UnknownAnswerError(f"az vm list-usage does not count the {_REGIONAL} of {region}")
    if not found.left:
        wrong = f"uses {found.used} of {found.limit} cores in {region}"
        yield Fault(subject=deployed.environment.azure.subscription_id, wrong=wrong, fix=_FIX)


@check
def every_family_has_quota(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A cluster needs cores of its machines' family, which has its own limit."""
    usages = _usages(deployed)
    for cluster in _clusters(deployed):
        found = usages.get(cluster.family.lower())
        if found is None:
            raise UnknownAnswerError(f"az vm list-usage does not count {cluster.family}")
        if cluster.cores > found.left:
            wrong = (
                f"a cluster of {cluster.node} takes up to {cluster.cores} cores, "
                f"{cluster.family} has {found.left} of {found.limit} left"
            )
            yield Fault(subject=cluster.setting, wrong=wrong, fix=_FIX)


CHECKS = (the_region_has_quota, every_family_has_quota)
