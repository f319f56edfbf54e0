"""The subject of the checks: an environment as declared, and clients of its deployment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.paths import STACKS
from infra import names
from infra.access.holders import job_principals
from infra.spec import Environment, Spec
from ml.declarations import Layer

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.jobs import Job

# Runs the Azure CLI with these arguments and returns its output. Raises UnknownAnswerError if it fails.
Azure = Callable[[tuple[str, ...]], object]
# The output of `terraform version -json` in a folder. Raises UnknownAnswerError if it fails.
Terraform = Callable[[Path], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class DeployedEnvironment:
    """The declared environment, with clients of its deployment.

    `azure` is None if the Azure CLI is not configured, `terraform` if no Terraform deploys. `now_s` is this machine's
    clock in seconds since 1970, `stacks` the folder of the synthesized stacks. Answers that many checks need are
    queried once and cached.
    """

    spec: Spec
    environment: Environment
    workspace: "WorkspaceClient"
    azure: Azure | None = None
    terraform: Terraform | None = None
    stacks: Path = STACKS
    now_s: Callable[[], float] = field(default=time.time)

    @property
    def catalog(self) -> str:
        """The name of the environment's catalog."""
        return self.environment.catalog

    def schema(self, use_case: str, layer: Layer) -> str:
        """Full name of the schema of a use case's layer."""
        return f"{self.catalog}.{names.schema(use_case, layer)}"

    @cached_property
    def principals(self) -> Mapping[str, str]:
        """Application ids of the workspace's service principals, by display name."""
        found = self.workspace.service_principals.list()
        return {str(each.display_name): str(each.application_id) for each in found}

    @cached_property
    def job_principals(self) -> Mapping[str, str]:
        """Application ids of the jobs' principals; a missing principal is listed under its own name."""
        return {name: self.principals.get(name, name) for name in job_principals(self.environment)}

    @cached_property
    def jobs(self) -> Mapping[str, "Job"]:
        """The deployed jobs by name, with their tasks."""
        listed = self.workspace.jobs.list()
        by_name = {each.settings.name: each.job_id for each in listed if each.settings and each.job_id}
        return {str(name): self.workspace.jobs.get(job_id) for name, job_id in by_name.items()}

    @cached_property
    def tables(self) -> frozenset[str]:
        """Full names of the tables in the use cases' schemas."""
        schemas = [each for each in self.workspace.schemas.list(self.catalog) if each.name in self.schemas]
        return frozenset(
            str(table.full_name)
            for schema in schemas
            for table in self.workspace.tables.list(self.catalog, str(schema.name))
        )

    @property
    def schemas(self) -> tuple[str, ...]:
        """The schemas of all use cases, and the one that belongs to no use case."""
        use_cases = self.environment.use_cases
        layers = [names.schema(use_case, layer) for use_case in use_cases for layer in names.DATA_LAYERS]
        return (*layers, names.PLATFORM_SCHEMA)
