"""A job that fails at night, unseen, scores nobody the next day."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule

_WAYS = ("email_notifications.on_failure", "webhook_notifications.on_failure")


@rule(
    "CKV_MLOPS_40",
    Severity.MEDIUM,
    "databricks_job",
    rationale="A failure that nobody hears of is found by those who miss its results.",
    fix="Set `email_notifications { on_failure = [...] }` or `webhook_notifications { on_failure { id } }`.",
    control="Reliability of jobs",
)
def somebody_hears_of_failures(resource: Resource) -> Verdict:
    """Somebody is told when a job fails."""
    paths = (*_WAYS, *(f"task.{way}" for way in _WAYS))
    if any(resource.block.has(path) for path in paths):
        return passed()
    return failed("no on_failure notification is set; allowed: by mail or by webhook")
