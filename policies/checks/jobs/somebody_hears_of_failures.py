"""If a job or a pipeline fails unnoticed at night, the next day uses yesterday's results."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule

_ALERTS = frozenset({"on-update-failure", "on-update-fatal-failure"})
_WAYS = ("email_notifications.on_failure", "webhook_notifications.on_failure")


@rule(
    "CKV_MLOPS_40",
    Severity.MEDIUM,
    "databricks_job",
    "databricks_pipeline",
    rationale="An unreported failure is noticed only when results are missing.",
    fix="Set `email_notifications { on_failure = [...] }` or `webhook_notifications { on_failure { id } }`; "
    'for a pipeline, `notification { alerts = ["on-update-failure"] }`.',
    control="Reliability of jobs",
)
def somebody_hears_of_failures(resource: Resource) -> Verdict:
    """Failures of jobs and pipelines notify someone."""
    if resource.type == "databricks_pipeline":
        return _of_pipeline(resource)
    paths = (*_WAYS, *(f"task.{way}" for way in _WAYS))
    if any(resource.block.has(path) for path in paths):
        return passed()
    return failed("no on_failure notification is set; allowed: by mail or by webhook")


def _of_pipeline(resource: Resource) -> Verdict:
    for notification in resource.block.blocks("notification"):
        told = {str(alert) for alert in notification.values("alerts")}
        if told & _ALERTS and notification.has("email_recipients"):
            return passed()
    return failed(f"no notification reports failed updates; allowed: one with {' or '.join(sorted(_ALERTS))}")
