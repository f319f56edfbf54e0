"""The values of `workspaces/`, typed: read once, checked whole, never changed."""

from infra.spec.adopt import Adopted, AdoptedHub, AdoptedNetwork, AdoptedShared
from infra.spec.azure import Azure, Compliance, EnvironmentAzure
from infra.spec.compute import Autoscaling, CpuPolicy, GpuPolicy, OnlineStore, Pool, Warehouse
from infra.spec.data_factory import DataFactory
from infra.spec.environment import Environment
from infra.spec.fields import Switch
from infra.spec.git_folder import GitFolder
from infra.spec.lake import CATALOG_ROOT, CONTAINERS, LANDING, LAYER_CONTAINERS, KeyVault, Lake
from infra.spec.load import Spec, load
from infra.spec.network import Hub, SpokeNetwork
from infra.spec.places import Places, SharedPlaces
from infra.spec.platform import (
    AdoptedMetastore,
    AzureState,
    Data,
    Files,
    ImportedMetastore,
    JobAccess,
    MaskedReads,
    Metastore,
    ModelRight,
    NewMetastore,
    Platform,
)
from infra.spec.problems import Problem, SpecError
from infra.spec.security import FederatedIdentity, LegacyTableAcl, Security
from infra.spec.use_case import Compute, Jobs, RoleAccess, UseCaseValues

__all__ = [
    "CATALOG_ROOT",
    "CONTAINERS",
    "LANDING",
    "LAYER_CONTAINERS",
    "Adopted",
    "AdoptedHub",
    "AdoptedMetastore",
    "AdoptedNetwork",
    "AdoptedShared",
    "Autoscaling",
    "Azure",
    "AzureState",
    "Compliance",
    "Compute",
    "CpuPolicy",
    "Data",
    "DataFactory",
    "Environment",
    "EnvironmentAzure",
    "FederatedIdentity",
    "Files",
    "GitFolder",
    "GpuPolicy",
    "Hub",
    "ImportedMetastore",
    "JobAccess",
    "Jobs",
    "KeyVault",
    "Lake",
    "LegacyTableAcl",
    "MaskedReads",
    "Metastore",
    "ModelRight",
    "NewMetastore",
    "OnlineStore",
    "Places",
    "Platform",
    "Pool",
    "Problem",
    "RoleAccess",
    "Security",
    "SharedPlaces",
    "Spec",
    "SpecError",
    "SpokeNetwork",
    "Switch",
    "UseCaseValues",
    "Warehouse",
    "load",
]
