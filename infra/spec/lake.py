"""Where an environment's data lies in Azure, and where its secrets do. Both follow from the names of its resources."""

from dataclasses import dataclass
from typing import Final

from infra.spec.places import Places
from ml.declarations import Layer

LANDING: Final = "landing"
# What no layer holds lies beside the models: gates' results, alerts, the wheels.
CATALOG_ROOT: Final = "models"
# One per kind of data, so that each can be kept, watched and opened to another tool by itself.
CONTAINERS: Final = (LANDING, "bronze", "silver", "gold", "checkpoints", CATALOG_ROOT)
# Where the tables of a layer lie; those of no layer named here lie with the catalog.
LAYER_CONTAINERS: Final = {
    Layer.BRONZE: "bronze",
    Layer.SILVER: "silver",
    Layer.GOLD: "gold",
    Layer.FEATURES: "gold",
}


@dataclass(frozen=True, kw_only=True)
class Lake:
    """The storage account that the catalog stores everything in, and the identity that reaches it."""

    access_connector_id: str
    storage_account: str

    def url(self, container: str) -> str:
        """The root of one of `CONTAINERS`."""
        return f"abfss://{container}@{self.storage_account}.dfs.core.windows.net/"


@dataclass(frozen=True, kw_only=True)
class KeyVault:
    """The vault behind the secret scope. Secrets stay in it: Databricks keeps no copy."""

    resource_id: str
    dns_name: str


def lake(where: Places) -> Lake:
    """The lake that lies at `where`."""
    return Lake(access_connector_id=where.access_connector_id, storage_account=where.lake_account)


def key_vault(where: Places) -> KeyVault:
    """The key vault that lies at `where`."""
    return KeyVault(resource_id=where.key_vault_id, dns_name=f"https://{where.key_vault}.vault.azure.net/")
