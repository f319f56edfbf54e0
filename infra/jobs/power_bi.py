"""The job `<usecase>-power-bi`: a semantic model of predictions and records, in a workspace of Power BI."""

from infra import names
from infra.jobs.declaration import JobContext, JobDeclaration, PowerBiTask, Schedule
from ml.declarations import Layer

# Tables that monitoring and the gates record. Names as in `ml.records`, which needs Spark.
_RECORDED = ("alerts", "decisions", "gate_results", "metrics", "promotions")


def power_bi(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment names a destination."""
    monitoring = context.values.monitoring
    if monitoring is None or monitoring.power_bi is None:
        return None
    values, use_case = monitoring.power_bi, context.use_case
    gold = names.schema(use_case.name, Layer.GOLD)
    ops = names.schema(use_case.name, Layer.OPS)
    return JobDeclaration(
        name=context.shared_job("power-bi"),
        stage="power-bi",
        description="Publish the semantic model of predictions and records to Power BI.",
        timeout_s=use_case.jobs.timeout_s,
        # The principal that reads both.
        runs_as="monitoring",
        starts=Schedule(cron=values.cron, timezone=use_case.jobs.timezone, switch=values.schedule),
        tasks=(
            PowerBiTask(
                key="power_bi",
                connection=values.connection,
                workspace=values.workspace,
                model=f"{use_case.name} in {context.catalog}",
                catalog=context.catalog,
                tables=((gold, names.PREDICTIONS), *((ops, table) for table in _RECORDED)),
            ),
        ),
    )
