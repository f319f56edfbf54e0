"""The values of `workspaces/`, typed: read once, checked whole, never changed."""

from infra.spec.environment import (
    Autoscaling,
    CpuPolicy,
    Environment,
    GpuPolicy,
    Jobs,
    OnlineStore,
    RoleAccess,
    UseCaseValues,
    Warehouse,
)
from infra.spec.fields import Switch
from infra.spec.load import Spec, load
from infra.spec.platform import AzureState, Data, Files, JobAccess, ModelRight, Platform
from infra.spec.problems import Problem, SpecError

__all__ = [
    "Autoscaling",
    "AzureState",
    "CpuPolicy",
    "Data",
    "Environment",
    "Files",
    "GpuPolicy",
    "JobAccess",
    "Jobs",
    "ModelRight",
    "OnlineStore",
    "Platform",
    "Problem",
    "RoleAccess",
    "Spec",
    "SpecError",
    "Switch",
    "UseCaseValues",
    "Warehouse",
    "load",
]
