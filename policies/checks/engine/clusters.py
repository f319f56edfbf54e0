"""Finds the clusters in a resource."""

from .document import Resource
from .values import Block

# In the order in which a job names them.
_IN_JOBS = ("job_cluster.new_cluster", "task.new_cluster", "task.for_each_task.task.new_cluster", "new_cluster")


def clusters_of(resource: Resource) -> list[Block]:
    """The cluster itself, or every cluster that a job, a pipeline or a policy's job creates."""
    if resource.type == "databricks_cluster":
        return [resource.block]
    return [cluster for path in (*_IN_JOBS, "cluster") for cluster in resource.block.blocks(path)]
