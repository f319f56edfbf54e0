"""The job `<usecase>-monitoring`: measure every period, decide, then alert or train again."""

from infra.jobs.declaration import (
    After,
    ConditionTask,
    JobContext,
    JobDeclaration,
    PipelineTask,
    RunJobTask,
    Schedule,
    WheelTask,
    parameter,
)
from infra.jobs.limits import monitoring_s
from infra.spec import MonitoringJob
from ml.declarations.alerting import destinations

_ACTION = "{{tasks.decision.values.action}}"


def monitoring(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment runs it."""
    values = context.values.monitoring
    if values is None:
        return None
    settings = context.use_case.jobs
    return JobDeclaration(
        name=context.job("monitoring"),
        stage="monitoring",
        description="Measure every period, decide, then alert or train again.",
        policy="cpu_single_node",
        # Its own time, training's, and that of training's promotion, which it waits for.
        timeout_s=monitoring_s(context.use_case, context.model),
        starts=Schedule(cron=settings.monitoring_cron, timezone=settings.timezone, switch=values.schedule),
        # The first period that a retraining must not learn from; empty: as decided.
        parameters=(("holdout_start", ""),),
        tasks=(
            context.model_task("monitoring", entry_point="monitoring", code="ml/monitoring/measure.py"),
            context.model_task(
                "decision",
                entry_point="decision",
                code="ml/monitoring/decide.py",
                parameters={"holdout-start": parameter("holdout_start")},
                after=(After(task="monitoring"),),
            ),
            ConditionTask(
                key="should_alert",
                left=_ACTION,
                operator="NOT_EQUAL",
                right="nothing",
                after=(After(task="decision"),),
            ),
            _alert(context, values),
            ConditionTask(key="should_retrain", left=_ACTION, right="retrain", after=(After(task="decision"),)),
            _retraining(context),
            # It reads what the first task reads, so it waits for none.
            *((PipelineTask(key="pipeline"),) if context.has_pipeline else ()),
        ),
    )


def _alert(context: JobContext, values: MonitoringJob) -> WheelTask:
    return context.model_task(
        "alert",
        entry_point="alert",
        code="ml/monitoring/alert.py",
        parameters={
            "webhook-secret": values.webhook_secret or "",
            "mail-secret": values.mail_secret or "",
            "people": _people(context) if values.mail_secret else "",
        },
        after=(After(task="should_alert", outcome="true"),),
    )


def _retraining(context: JobContext) -> RunJobTask:
    decided = ("reason", "cause", "holdout_start")
    return RunJobTask(
        key="retraining",
        job=context.job("training"),
        parameters=tuple((name, f"{{{{tasks.decision.values.{name}}}}}") for name in decided),
        after=(After(task="should_retrain", outcome="true"),),
    )


def _people(context: JobContext) -> str:
    """Addresses by destination, for the destinations that the use case notifies, in the task's format."""
    told = destinations(context.use_case.alerts)
    return ";".join(f"{name}={','.join(context.people[name])}" for name in told)
