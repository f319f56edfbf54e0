"""Dashboards of a use case besides measures: live versions and reasons, verdicts, breaches, alerts, decisions.

Each query reads one table of the use case's ops layer, for all its models.
"""

from infra.constructs.observability.dashboard import Chart, Grid, Panel

# Every model of a use case is in one schema, and an application's id says less than its name.
_MODEL = "substring_index(model, '.', -1) as model"
_WITHOUT_ID = "regexp_replace({0}, ' [(][0-9a-f-]+[)]', '') as {0}"
_LIVE = (
    f"select {_MODEL}, alias, to_version as version, cause, reason, {_WITHOUT_ID.format('promoted_by')}, promoted_at "
    "from (select *, row_number() over (partition by model, alias order by promoted_at desc) as newest "
    "from {ops}.promotions) where newest = 1 order by model, alias"
)
_VERDICTS = (
    f"select {_MODEL}, version, gate, verdict, reason, {_WITHOUT_ID.format('decided_by')}, decided_at "
    "from {ops}.gate_results order by decided_at desc limit 40"
)
_BREACHES = (
    f"select period, {_MODEL}, metric, `column`, verdict, value, reason "
    "from {ops}.metrics where verdict not in ('ok', 'recorded') "
    # A month without rows has more unknown measures than the table has room for.
    "order by case verdict when 'breach' then 0 when 'warn' then 1 else 2 end, period desc, model, metric limit 40"
)
_FAIRNESS = (
    "select period, concat_ws(' ', metric, `column`) as measure, value from {ops}.metrics where kind = 'fairness' "
    "and value is not null and `column` not like '%=%' and `column` not like 'slice %' order by period"
)
_ALERTS = (
    f"select status, since_period, last_period, {_MODEL}, what, how_much, what_to_do, handled_by, snoozed_until from "
    "{ops}.alerts "
    "order by case status when 'open' then 0 else 1 end, since_period desc limit 40"
)
_DECISIONS = f"select period, {_MODEL}, action, reason from {{ops}}.decisions order by period desc, model limit 24"
_ACTIONS = "select period, action, count(*) as decisions from {ops}.decisions group by period, action order by period"


def owner_panels(ops: str) -> tuple[Panel, ...]:
    """Open tasks of a model's owner; `ops` is the full name of the schema."""
    return (
        Grid(
            name="alerts",
            title="Alerts, open ones first",
            query=_ALERTS.format(ops=ops),
            fields=("status", "since_period", "model", "what", "how_much", "what_to_do", "handled_by", "snoozed_until"),
        ),
        Grid(
            name="decisions",
            title="What was decided about the newest periods",
            query=_DECISIONS.format(ops=ops),
            fields=("period", "model", "action", "reason"),
        ),
    )


def risk_panels(ops: str) -> tuple[Panel, ...]:
    """For those accountable for a model's risk: live versions, their evidence, and breaches of limits."""
    return (*_evidence(ops), *_outcomes(ops))


def _evidence(ops: str) -> tuple[Panel, ...]:
    return (
        Grid(
            name="live",
            title="What is live, since when, and why",
            query=_LIVE.format(ops=ops),
            fields=("model", "alias", "version", "cause", "reason", "promoted_by", "promoted_at"),
        ),
        Grid(
            name="verdicts",
            title="Verdicts of the gates, newest first",
            query=_VERDICTS.format(ops=ops),
            fields=("model", "version", "gate", "verdict", "reason", "decided_by", "decided_at"),
        ),
    )


def _outcomes(ops: str) -> tuple[Panel, ...]:
    """Outcomes of the versions that are or were live."""
    return (
        Grid(
            name="breaches",
            title="Measures that are not within their limits",
            query=_BREACHES.format(ops=ops),
            fields=("period", "model", "metric", "column", "verdict", "value", "reason"),
        ),
        Chart(
            name="fairness",
            title="Differences between groups",
            query=_FAIRNESS.format(ops=ops),
            x="period",
            y="value",
            colour="measure",
        ),
        Grid(
            name="alerts",
            title="Alerts, and who took them",
            query=_ALERTS.format(ops=ops),
            fields=(
                "status",
                "since_period",
                "last_period",
                "model",
                "what",
                "how_much",
                "handled_by",
                "snoozed_until",
            ),
        ),
        Chart(
            name="actions",
            title="Decisions of monitoring",
            query=_ACTIONS.format(ops=ops),
            x="period",
            y="decisions",
            colour="action",
            bars=True,
        ),
    )
