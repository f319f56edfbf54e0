"""`platform.yaml`: the settings that all environments share."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from infra.spec.values.adopt import AdoptedShared
from infra.spec.values.azure import Azure
from infra.spec.values.fields import (
    AccountId,
    Email,
    MetastoreId,
    Name,
    StorageAccountName,
    TagName,
    Values,
    WorkspaceUrl,
)
from infra.spec.values.network import Hub, Profile
from infra.spec.values.serving_places import ServingPlaces


class Data(StrEnum):
    """Rights of a job's principal on the tables of one layer.

    CREATE lets it create tables, which it then owns and writes; it gives no right to change a table that
    another principal owns. So no job can change records of another job, for example a gate's verdict.
    MAKE is CREATE without the right to read tables of others: it reads its own, and tables granted by name.
    """

    READ = "read"
    CREATE = "create"
    MAKE = "make"


class Files(StrEnum):
    """Rights of a principal on the files of a volume."""

    READ = "read"
    WRITE = "write"


class ModelRight(StrEnum):
    """Rights of a principal on the registered model. Only its owner may move an alias."""

    EXECUTE = "execute"
    CREATE_VERSION = "create_version"
    OWN = "own"


class MaskedReads(StrEnum):
    """How jobs on dedicated clusters may read tables with columns that are masked for them.

    On dedicated compute Databricks delegates such a read to serverless compute, which filters it.
    """

    SERVERLESS = "serverless"
    UNMASKED_TABLE = "unmasked_table"
    REFUSED = "refused"


class Account(Values):
    """The Databricks account."""

    id: AccountId
    """the account's UUID"""
    url: WorkspaceUrl = "https://accounts.azuredatabricks.net"
    """the account console's address"""


class AzureState(Values):
    """Terraform state in an Azure storage container, one blob per stack."""

    kind: Literal["azure"]
    resource_group: Name
    storage_account: StorageAccountName
    container: Name


class LocalState(Values):
    """Terraform state in a file beside the stack: for experiments, not for teams."""

    kind: Literal["local"]


class Group(Values):
    """One group of people."""

    comment: str
    """tasks of its members"""
    members: tuple[Email, ...] = ()
    """e-mail addresses of users that the account knows"""


class JobAccess(Values):
    """Rights of one stage's service principal in its own environment."""

    landing: Files | None = None
    bronze: Data | None = None
    silver: Data | None = None
    gold: Data | None = None
    features: Data | None = None
    ops: Data | None = None
    alerts: Files | None = None
    """the volume of alerts, for use without a webhook"""
    checkpoints: Files | None = None
    """the volume with the progress of each stream"""
    scratch: Files | None = None
    """the volume where Spark leaves a distributed model for training to log"""
    exports: Files | None = None
    """the volume for predictions as files, if a model declares them; scoring may then write it"""
    model: ModelRight | None = None
    experiment: Literal["read", "edit"] | None = None
    """the runs of training"""
    functions: Literal["create"] | None = None
    """create: may create the functions that mask sensitive columns, in the ops schema"""
    sensitive: Literal["clear"] | None = None
    """clear: sensitive columns are not masked for it"""
    source_gold: Literal[Data.READ] | None = None
    """read: may also read the gold tables of the environment that its use case names as `source`"""
    source_sensitive: Literal["clear"] | None = None
    """clear: sensitive columns of those gold tables are not masked for it"""

    @property
    def predictions(self) -> None:
        """A stage reads all of gold, or nothing of it."""


class StageAccess(Values):
    """The rights of each stage's service principal."""

    ingest: JobAccess
    training: JobAccess
    promotion: JobAccess
    scoring: JobAccess
    monitoring: JobAccess
    integration: JobAccess


class Metastore(Values):
    """The region's Unity Catalog. It has no storage of its own: every catalog names its own."""

    name: Name
    region: Annotated[str, Field(pattern=r"^[a-z0-9]+$", description="an Azure region such as westeurope")]


class ExistingMetastore(Metastore):
    """The region's existing metastore. Azure creates one with the first workspace and allows no second one."""

    id: MetastoreId


class AdoptedMetastore(ExistingMetastore):
    """Used unchanged: nothing here changes or destroys it, so other teams can share it."""

    kind: Literal["adopt"]


class _OwnedMetastore(Values):
    """Settings of a metastore that this project owns."""

    sharing_token_days: Annotated[StrictInt, Field(ge=1, le=90, description="1 to 90 days")] = 30
    """how long a recipient's Delta Sharing token lasts"""


class ImportedMetastore(ExistingMetastore, _OwnedMetastore):
    """Imported into the state of the stack `account` by the first plan, and kept as declared from then on."""

    kind: Literal["import"]


class NewMetastore(Metastore, _OwnedMetastore):
    """Created by the stack `metastore`, before the region's first workspace: after that one exists already."""

    kind: Literal["new"]


class Platform(Values):
    """Settings shared by all environments."""

    azure: Azure
    network: Profile
    """private: everything behind private endpoints and the hub's firewall.
    ip-allow-list: no hub; public addresses that answer named ranges only"""
    hub: Hub | None = None
    """required in the profile private, unless another team's hub is adopted; refused otherwise"""
    adopt: AdoptedShared = AdoptedShared()
    """existing resources: read and checked, never created or destroyed"""
    data_factory: StrictBool = False
    """whether environments may have a data factory that starts their jobs"""
    aks_serving: StrictBool = False
    """whether environments may also serve from a Kubernetes cluster"""
    azure_ml: StrictBool = False
    """whether environments may also serve from Azure Machine Learning"""
    serving_places: ServingPlaces | None = None
    """required with either of these two switches, refused otherwise"""
    sinks: StrictBool = False
    """whether environments may have an Event Hubs namespace and a PostgreSQL server for predictions"""
    account: Account
    metastore: Annotated[AdoptedMetastore | ImportedMetastore | NewMetastore, Field(discriminator="kind")]
    state: Annotated[AzureState | LocalState, Field(discriminator="kind")]
    groups: dict[Name, Group]
    """the groups that receive roles"""
    tags: dict[TagName, str] = Field(default_factory=dict)
    """set on every job, pool and warehouse, for cost reports"""
    protect_shared: StrictBool = True
    """whether a plan that destroys the metastore, or the hub's network and logs, fails"""
    admins: Name
    """the group that owns catalogs, schemas and volumes"""
    masked_reads: MaskedReads = MaskedReads.SERVERLESS
    """serverless: by serverless filtering, which the account must have and which must reach each workspace's root
    storage. unmasked_table: not at all; scoring reads a second feature table, which ingest writes without the sensitive
    columns. refused: no job reads a masked table; one that would needs `sensitive: clear`"""
    job_access: StageAccess

    @property
    def private(self) -> bool:
        """Whether private endpoints and a hub are the only way in and out."""
        return self.network == "private"

    @property
    def browser_sign_in(self) -> str | None:
        """The environment whose workspace hosts the endpoint for signing in; None without a hub."""
        hub = self.hub or self.adopt.hub
        return hub.browser_sign_in if hub else None
