"""The Azure location of an environment's data and secrets. Both follow from the names of its resources."""

from dataclasses import dataclass
from typing import Final

from infra.spec.places import Places
from ml.declarations import Layer

LANDING: Final = "landing"
# Objects of no layer are next to the models: gates' results, alerts, the wheels.
CATALOG_ROOT: Final = "models"
# One per kind of data, so that retention, monitoring and access for other tools can differ.
CONTAINERS: Final = (LANDING, "bronze", "silver", "gold", "checkpoints", CATALOG_ROOT)
# The container of a layer's tables; tables of other layers are stored with the catalog.
LAYER_CONTAINERS: Final = {
    Layer.BRONZE: "bronze",
    Layer.SILVER: "silver",
    Layer.GOLD: "gold",
    Layer.FEATURES: "gold",
}


@dataclass(frozen=True, kw_only=True)
class Lake:
    """The storage account of the catalog's data, and the identity that reaches it."""

    access_connector_id: str
    storage_account: str

    def url(self, container: str) -> str:
        """The root URL of one of `CONTAINERS`."""
        return f"abfss://{container}@{self.storage_account}.dfs.core.windows.net/"


@dataclass(frozen=True, kw_only=True)
class KeyVault:
    """The vault behind the secret scope. Secrets stay in it: Databricks keeps no copy."""

    resource_id: str
    dns_name: str


def lake(where: Places) -> Lake:
    """The lake at `where`."""
    return Lake(access_connector_id=where.access_connector_id, storage_account=where.lake_account)


def key_vault(where: Places) -> KeyVault:
    """The key vault at `where`."""
    return KeyVault(resource_id=where.key_vault_id, dns_name=f"https://{where.key_vault}.vault.azure.net/")
