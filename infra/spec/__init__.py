"""The values of `workspaces/`, typed: read once, checked whole, never changed."""

from infra.spec.lake import CATALOG_ROOT, CONTAINERS, LANDING, LAYER_CONTAINERS, KeyVault, Lake
from infra.spec.places import Places, SharedPlaces
from infra.spec.reading.error import SpecError
from infra.spec.reading.load import Spec, load
from infra.spec.values.adopt import Adopted, AdoptedHub, AdoptedNetwork, AdoptedShared
from infra.spec.values.azure import Azure, Compliance, EnvironmentAzure
from infra.spec.values.compute import Autoscaling, CpuPolicy, GpuPolicy, OnlineStore, Pool, Warehouse
from infra.spec.values.data_factory import DataFactory
from infra.spec.values.environment import Environment
from infra.spec.values.fields import Switch
from infra.spec.values.git_folder import GitFolder
from infra.spec.values.network import Hub, SpokeNetwork
from infra.spec.values.platform import (
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
from infra.spec.values.security import FederatedIdentity, LegacyTableAcl, Security
from infra.spec.values.serving_places import AksServing, AzureMl, ServingPlaces
from infra.spec.values.sinks import EventHubs, PostgresServer, Sinks
from infra.spec.values.use_case import Compute, Jobs, MonitoringJob, RoleAccess, UseCaseValues
from settings.problems import Problem

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
    "AksServing",
    "Autoscaling",
    "Azure",
    "AzureMl",
    "AzureState",
    "Compliance",
    "Compute",
    "CpuPolicy",
    "Data",
    "DataFactory",
    "Environment",
    "EnvironmentAzure",
    "EventHubs",
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
    "MonitoringJob",
    "NewMetastore",
    "OnlineStore",
    "Places",
    "Platform",
    "Pool",
    "PostgresServer",
    "Problem",
    "RoleAccess",
    "Security",
    "ServingPlaces",
    "SharedPlaces",
    "Sinks",
    "Spec",
    "SpecError",
    "SpokeNetwork",
    "Switch",
    "UseCaseValues",
    "Warehouse",
    "load",
]
