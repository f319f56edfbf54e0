"""Where an environment's data lies in Azure, and where its secrets do. Both follow from the names of its resources."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from infra import azure_names
from infra.spec.azure import Azure, EnvironmentAzure
from infra.spec.fields import Name, Values
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


def lake(azure: Azure, name: str, place: EnvironmentAzure) -> Lake:
    """The lake of the environment `name`."""
    return Lake(
        access_connector_id=azure_names.access_connector_id(place.subscription_id, azure.prefix, name),
        storage_account=azure_names.lake_account(azure.prefix, name),
    )


def key_vault(azure: Azure, name: str, place: EnvironmentAzure) -> KeyVault:
    """The key vault of the environment `name`."""
    return KeyVault(
        resource_id=azure_names.key_vault_id(place.subscription_id, azure.prefix, name),
        dns_name=f"https://{azure_names.key_vault(azure.prefix, name)}.vault.azure.net/",
    )


class GitFolder(Values):
    """A repository that people see as a folder of the workspace."""

    url: Annotated[str, StringConstraints(pattern=r"^https://\S+\.git$"), Field(description="https://….git")]
    branch: Annotated[str, StringConstraints(pattern=r"^[\w./-]+$"), Field(description="a branch")]
    can_read: tuple[Name, ...] = ()
    """groups that see it"""
