"""The cluster of a task. No cluster is started: tasks run on this machine."""

from collections.abc import Mapping
from typing import Any


def cluster_of(task: Mapping[str, Any], settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The specification of the task's cluster; None for a task without one (serverless)."""
    if task.get("new_cluster"):
        own: Mapping[str, Any] = task["new_cluster"]
        return own
    shared = {cluster["job_cluster_key"]: cluster["new_cluster"] for cluster in settings.get("job_clusters") or []}
    return shared.get(task.get("job_cluster_key"))
