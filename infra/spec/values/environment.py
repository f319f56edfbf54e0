"""`<environment>.yaml`: the differences of one environment from the others."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from infra.spec.values.adopt import Adopted, AdoptedNetwork
from infra.spec.values.azure import EnvironmentAzure
from infra.spec.values.compute import OnlineStore, Policies, Pool, Warehouse
from infra.spec.values.data_factory import DataFactory
from infra.spec.values.fields import CatalogName, Email, Name, NotEmpty, Values, WorkspaceUrl
from infra.spec.values.git_folder import GitFolder
from infra.spec.values.network import SpokeNetwork
from infra.spec.values.security import FederatedIdentity, Security
from infra.spec.values.serving_places import AksServing, AzureMl
from infra.spec.values.sinks import Sinks
from infra.spec.values.use_case import UseCaseValues
from ml.declarations import ON_CALL


class Workspace(Values):
    """The environment's Databricks workspace."""

    url: WorkspaceUrl
    id: Annotated[StrictInt, Field(gt=0, description="the workspace's number, from its URL")]


class Environment(Values):
    """The settings of one environment."""

    name: Name
    """the name of its file"""
    catalog: CatalogName
    """its catalog: no two environments may share one"""
    azure: EnvironmentAzure
    network: SpokeNetwork | None = None
    """required, unless one is adopted"""
    adopt: Adopted = Adopted()
    """existing resources: read and checked, never created or destroyed"""
    workspace: Workspace
    read_by: tuple[Name, ...] = ()
    """environments whose workspaces may read this catalog"""
    use_cases: dict[str, UseCaseValues]
    pipelines: StrictBool = False
    """whether each use case ingested here also has declarative pipelines: of its tables, and of its models' figures"""
    policies: Policies
    warehouse: Warehouse
    online_store: OnlineStore | None = None
    """required if a use case serves"""
    git_folder: GitFolder | None = None
    data_factory: DataFactory | None = None
    """starts jobs; needs the platform's switch `data_factory`"""
    aks_serving: AksServing | None = None
    """serves the same models as Databricks; needs the platform's switch `aks_serving`"""
    azure_ml: AzureMl | None = None
    """serves the same models as Databricks; needs the platform's switch `azure_ml`"""
    sinks: Sinks | None = None
    """sinks for predictions, created by the platform; needs the platform's switch `sinks`"""
    pools: dict[Name, Pool] = Field(default_factory=dict)
    """idle machines for clusters created by hand; a job's cluster is new for every run"""
    security: Security
    deployer: FederatedIdentity
    """the only pipeline that deploys this environment"""
    protect_data: StrictBool = True
    """whether a plan that destroys catalogs, schemas, volumes, models or experiments fails"""
    monthly_budget_usd: Annotated[StrictInt, Field(ge=1, description="US dollars, at least 1")]
    """list price above which `notify` gets a message"""
    system_schemas: tuple[Literal["access", "compute", "lakeflow", "query", "serving", "storage"], ...] = ()
    """system tables to enable; they belong to the metastore, so exactly one environment lists them"""
    notify: NotEmpty[Email]
    """recipients of messages about failed jobs, alerts and the budget"""
    destinations: dict[Name, NotEmpty[Email]] = Field(default_factory=dict)
    """further recipients of alerts, by the name in a use case's `AlertRule`; `on-call` are those of `notify`"""

    @property
    def people(self) -> dict[str, tuple[str, ...]]:
        """Addresses by destination of alerts."""
        return {ON_CALL: self.notify, **self.destinations}

    @property
    def chosen_network(self) -> SpokeNetwork | AdoptedNetwork:
        """The created or adopted network: `load` ensures that there is exactly one."""
        found = self.network or self.adopt.network
        if found is None:
            raise ValueError(f"{self.name} has no network: give it network, or adopt.network")
        return found
