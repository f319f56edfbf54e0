"""The supported types of Azure resources, by name in lower case."""

from localcloud.services.azure.kinds import Kind
from localcloud.services.azure.types import (
    authorization,
    containers,
    data_factory,
    event_hubs,
    insights,
    machine_learning,
    network,
    others,
    postgres,
    storage,
    vaults,
)

KINDS: dict[str, Kind] = {
    name.lower(): kind
    for namespace, kinds in (
        ("Microsoft.Authorization", authorization.KINDS),
        ("Microsoft.Compute", containers.DISKS),
        ("Microsoft.ContainerRegistry", containers.REGISTRIES),
        ("Microsoft.ContainerService", containers.CLUSTERS),
        ("Microsoft.DataFactory", data_factory.KINDS),
        ("Microsoft.DBforPostgreSQL", postgres.KINDS),
        ("Microsoft.EventHub", event_hubs.KINDS),
        ("Microsoft.Insights", insights.KINDS),
        ("Microsoft.KeyVault", vaults.KINDS),
        ("Microsoft.MachineLearningServices", machine_learning.KINDS),
        ("Microsoft.Network", network.KINDS),
        ("Microsoft.Storage", storage.KINDS),
        *others.KINDS.items(),
    )
    for name, kind in ((f"{namespace}/{type_}", kind) for type_, kind in kinds.items())
}
