"""Dashboards of a use case besides measures: live versions and reasons, verdicts, breaches, alerts, decisions.

Each query reads one table of the use case's ops layer, for all its models.
"""

from infra.constructs.observability.dashboard import Chart, Grid, Panel

_LIVE = (
    "select model, alias, to_version as version, cause, reason, promoted_by, promoted_at from (select *, row_number() "
    "over (partition by model, alias order by promoted_at desc) as newest from {ops}.promotions) where newest = 1 "
    "order by model, alias"
)
_VERDICTS = (
    "select model, version, gate, verdict, reason, decided_by, decided_at from {ops}.gate_results "
    "order by decided_at desc limit 40"
)
_BREACHES = (
    "select period, model, metric, `column`, verdict, value, reason from {ops}.metrics "
    "where verdict not in ('ok', 'recorded') order by period desc, model, metric limit 40"
)
_FAIRNESS = (
    "select period, concat_ws(' ', metric, `column`) as measure, value from {ops}.metrics where kind = 'fairness' "
    "and value is not null order by period"
)
_ALERTS = (
    "select status, since_period, last_period, model, what, how_much, what_to_do, handled_by, snoozed_until from "
    "{ops}.alerts "
    "order by case status when 'open' then 0 else 1 end, since_period desc limit 40"
)
_DECISIONS = "select period, model, action, reason from {ops}.decisions order by period desc, model limit 24"
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
