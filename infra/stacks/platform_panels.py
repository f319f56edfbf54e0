"""The platform's dashboard of an environment: cost, jobs, and granted and refused access.

It queries Databricks' system tables; columns as in "System tables reference". `workspace` is the workspace's id.
"""

from infra.constructs.observability.dashboard import Chart, Grid, Panel

# At list prices, the only ones that a system table has.
_COST = (
    "select date_trunc('WEEK', used.usage_date) as week, coalesce(used.custom_tags['use_case'], 'platform') "
    "as use_case, round(sum(used.usage_quantity * prices.pricing.effective_list.default), 2) as list_cost "
    "from system.billing.usage as used join system.billing.list_prices as prices on used.sku_name = prices.sku_name "
    "and used.cloud = prices.cloud and used.usage_start_time >= prices.price_start_time and "
    "(prices.price_end_time is null or used.usage_start_time < prices.price_end_time) "
    "where used.workspace_id = '{workspace}' and used.usage_date >= current_date() - 90 group by 1, 2 order by week"
)
_RUNS = (
    "select date_trunc('WEEK', period_end_time) as week, result_state, count(distinct run_id) as runs from "
    "system.lakeflow.job_run_timeline where workspace_id = '{workspace}' and result_state is not null "
    "and run_type = 'JOB_RUN' and period_end_time >= current_timestamp() - interval 90 days group by 1, 2 order by week"
)
_FAILED = (
    "select max(period_end_time) as ended, run_name as job, result_state, termination_code, count(distinct run_id) as "
    "runs from system.lakeflow.job_run_timeline where workspace_id = '{workspace}' and result_state not in "
    "('SUCCEEDED', 'SKIPPED') and period_end_time >= current_timestamp() - interval 30 days "
    "group by run_name, result_state, termination_code order by ended desc limit 40"
)
_SLOW = (
    "select run_name as job, count(distinct run_id) as runs, round(sum(unix_timestamp(period_end_time) - "
    "unix_timestamp(period_start_time)) / count(distinct run_id) / 60, 1) as minutes_a_run from "
    "system.lakeflow.job_run_timeline where workspace_id = '{workspace}' and period_end_time >= current_timestamp() "
    "- interval 30 days group by run_name order by minutes_a_run desc limit 20"
)
_READERS = (
    "select grantee, privilege_type, count(distinct table_schema, table_name) as tables from "
    "system.information_schema.table_privileges where table_catalog = '{catalog}' group by grantee, privilege_type "
    "order by privilege_type, tables desc, grantee"
)
_REFUSED = (
    "select user_identity.email as who, service_name, action_name, count(*) as refused, max(event_time) as newest from "
    "system.access.audit where workspace_id = '{workspace}' and response.status_code = 403 and event_date >= "
    "current_date() - 30 group by user_identity.email, service_name, action_name order by refused desc limit 40"
)


def platform_panels(workspace: int, catalog: str) -> tuple[Panel, ...]:
    """Cost by use case, runs by result, failures, long runs, holders of rights, and refused access."""
    return (*_cost_and_jobs(workspace), *_access(workspace, catalog))


def _cost_and_jobs(workspace: int) -> tuple[Panel, ...]:
    return (
        Chart(
            name="cost",
            title="Cost at list prices, by use case",
            query=_COST.format(workspace=workspace),
            x="week",
            y="list_cost",
            colour="use_case",
            bars=True,
        ),
        Chart(
            name="runs",
            title="Runs of jobs, by how they ended",
            query=_RUNS.format(workspace=workspace),
            x="week",
            y="runs",
            colour="result_state",
            bars=True,
        ),
        Grid(
            name="failed",
            title="Jobs that did not end well, of 30 days",
            query=_FAILED.format(workspace=workspace),
            fields=("ended", "job", "result_state", "termination_code", "runs"),
        ),
        Grid(
            name="slow",
            title="Jobs that take longest, of 30 days",
            query=_SLOW.format(workspace=workspace),
            fields=("job", "runs", "minutes_a_run"),
        ),
    )


def _access(workspace: int, catalog: str) -> tuple[Panel, ...]:
    return (
        Grid(
            name="readers",
            title="Who holds which right on how many tables",
            query=_READERS.format(catalog=catalog),
            fields=("grantee", "privilege_type", "tables"),
        ),
        Grid(
            name="refused",
            title="Who was refused what, of 30 days",
            query=_REFUSED.format(workspace=workspace),
            fields=("who", "service_name", "action_name", "refused", "newest"),
        ),
    )
