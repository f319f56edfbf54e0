"""Where an environment's data lies in Azure, and where its secrets do."""

from typing import Annotated

from pydantic import Field, StringConstraints

from infra.spec.fields import Name, StorageAccountName, Values

_RESOURCE = r"^/subscriptions/[0-9a-f-]{36}/resourceGroups/[\w.()-]+/providers/"


class Lake(Values):
    """The container that the catalog stores everything in, and the identity that reaches it."""

    access_connector_id: Annotated[
        str,
        StringConstraints(pattern=_RESOURCE + r"Microsoft\.Databricks/accessConnectors/[\w-]+$"),
        Field(description="the Azure resource id of an access connector"),
    ]
    storage_account: StorageAccountName
    container: Name

    @property
    def url(self) -> str:
        """The container's root."""
        return f"abfss://{self.container}@{self.storage_account}.dfs.core.windows.net/"


class KeyVault(Values):
    """The vault behind the secret scope. Secrets stay in it: Databricks keeps no copy."""

    resource_id: Annotated[
        str,
        StringConstraints(pattern=_RESOURCE + r"Microsoft\.KeyVault/vaults/[\w-]+$"),
        Field(description="the Azure resource id of a key vault"),
    ]
    dns_name: Annotated[
        str,
        StringConstraints(pattern=r"^https://[a-z0-9-]+\.vault\.azure\.net/$"),
        Field(description="https://<vault>.vault.azure.net/"),
    ]


class GitFolder(Values):
    """A repository that people see as a folder of the workspace."""

    url: Annotated[str, StringConstraints(pattern=r"^https://\S+\.git$"), Field(description="https://….git")]
    branch: Annotated[str, StringConstraints(pattern=r"^[\w./-]+$"), Field(description="a branch")]
    can_read: tuple[Name, ...] = ()
    """groups that see it"""
