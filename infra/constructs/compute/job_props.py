"""The inputs of a job."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.constructs.workspace.permissions import Permission
from infra.jobs.declaration import JobDeclaration
from infra.spec import CpuPolicy, GpuPolicy


@dataclass(frozen=True, kw_only=True)
class ClusterProps:
    """A job's cluster: its policy (a reference to the id) and that policy's limits."""

    policy_id: str
    limits: CpuPolicy | GpuPolicy


@dataclass(frozen=True, kw_only=True)
class JobProps:
    """The inputs of a job.

    `run_as` is an application id. `job_ids` are references to the jobs that its tasks start, by name. `libraries` are
    the paths of the wheels that travel with the jobs' own, in installation order. `environment_version` is that of
    serverless compute. `notify` are e-mail addresses. `model` is a reference to the registered model whose events start
    it, `warehouse_id` one to the warehouse that Power BI queries, `pipeline_id` one to the pipeline that it updates.
    """

    name: str
    declaration: JobDeclaration
    run_as: str
    wheel_path: str
    libraries: tuple[str, ...] = ()
    environment_version: str | None = None
    max_retries: int
    cluster: ClusterProps | None
    job_ids: Mapping[str, str]
    tags: Mapping[str, str]
    notify: tuple[str, ...]
    permissions: tuple[Permission, ...]
    model: str = ""
    warehouse_id: str = ""
    pipeline_id: str = ""
