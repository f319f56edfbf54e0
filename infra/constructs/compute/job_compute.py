"""The compute of a job's tasks: its own cluster, or serverless."""

from infra.cdktf_seam import Resource, databricks
from infra.constructs.compute.cluster_policy import SINGLE_NODE_CONF, SINGLE_NODE_TAGS
from infra.constructs.compute.job_props import ClusterProps, JobProps
from infra.spec import Autoscaling

_CLUSTER_KEY = "main"
_ENVIRONMENT_KEY = "main"


def place(props: JobProps) -> dict[str, Resource]:
    """The compute of a wheel task: the job's cluster with the wheels, or its serverless environment, which has them."""
    if props.environment_version:
        # Serverless compute retries failed tasks automatically, beyond the use case's declaration.
        return {"environment_key": _ENVIRONMENT_KEY, "disable_auto_optimization": True}
    wheels = (*props.libraries, props.wheel_path)
    return {
        "job_cluster_key": _CLUSTER_KEY,
        "library": [databricks.job.JobTaskLibrary(whl=path) for path in wheels],
    }


def environments(props: JobProps) -> list[Resource] | None:
    """The serverless environment with the wheels, if the job runs there."""
    if props.environment_version is None:
        return None
    spec = databricks.job.JobEnvironmentSpec(
        environment_version=props.environment_version, dependencies=[*props.libraries, props.wheel_path]
    )
    return [databricks.job.JobEnvironment(environment_key=_ENVIRONMENT_KEY, spec=spec)]


def performance_target(props: JobProps) -> str | None:
    """For serverless compute: nobody waits for a job that starts automatically, so it may start later, for less."""
    if props.environment_version is None:
        return None
    return "STANDARD" if props.declaration.starts else "PERFORMANCE_OPTIMIZED"


def cluster(props: ClusterProps, least_workers: int) -> Resource:
    """A cluster within the limits of its policy, created for every run."""
    limits = props.limits
    size = (
        {
            "autoscale": databricks.job.JobJobClusterNewClusterAutoscale(
                min_workers=least_workers, max_workers=limits.size.max_workers
            )
        }
        if isinstance(limits.size, Autoscaling)
        else {"num_workers": 0, "spark_conf": SINGLE_NODE_CONF, "custom_tags": SINGLE_NODE_TAGS}
    )
    made = databricks.job.JobJobClusterNewCluster(
        policy_id=props.policy_id,
        spark_version=limits.runtime,
        node_type_id=limits.node_types[0],
        data_security_mode="SINGLE_USER",
        **size,
    )
    return databricks.job.JobJobCluster(job_cluster_key=_CLUSTER_KEY, new_cluster=made)
