"""People's views in the workspace: dashboards by role, and the queries that come with a use case."""

from infra import names
from infra.constructs.observability.alerting import QueryProps, query
from infra.constructs.observability.dashboard import DashboardProps, dashboard
from infra.constructs.workspace.directory import DirectoryProps, directory
from infra.constructs.workspace.permissions import Permission
from infra.stacks.monitoring_charts import monitoring_charts
from infra.stacks.platform_panels import platform_panels
from infra.stacks.risk_panels import owner_panels, risk_panels
from infra.stacks.serving_parts import Parts, readers
from ml.declarations import Layer, UseCase


def dashboards(parts: Parts, use_case: UseCase, place: str) -> None:
    """One for the models' owners and one for risk, for the groups that can read the tables behind them."""
    ops = f"{parts.environment.catalog}.{names.schema(use_case.name, Layer.OPS)}"
    charts = monitoring_charts(use_case, parts.environment.catalog, f"{ops}.metrics")
    for role, panels in (("monitoring", (*charts, *owner_panels(ops))), ("risk", risk_panels(ops))):
        props = DashboardProps(
            name=f"{use_case.name}: {role}",
            panels=panels,
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
            permissions=readers(parts, use_case),
        )
        dashboard(parts.stack, f"{use_case.name}-{role}-dashboard", props)


def saved_queries(parts: Parts, use_case: UseCase) -> None:
    """The queries of the use case, for the groups that can read its gold; they run with the viewer's own rights."""
    roles = parts.environment.use_cases[use_case.name].access
    who = tuple(Permission(level="CAN_READ", group=group) for group, role in roles.items() if role.gold)
    path = names.queries_directory(parts.environment.catalog, use_case.name)
    place = directory(parts.stack, f"{use_case.name}-queries", DirectoryProps(path=path, permissions=who)).path
    layers = {"silver": Layer.SILVER, "gold": Layer.GOLD, "ops": Layer.OPS}
    schemas = {word: f"{parts.environment.catalog}.{names.schema(use_case.name, of)}" for word, of in layers.items()}
    for each in use_case.queries:
        props = QueryProps(
            name=f"{use_case.name}: {each.title}",
            description=each.description,
            text=each.over(schemas),
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
        )
        query(parts.stack, f"{use_case.name}-query-{each.name}", props)


def platform_dashboard(parts: Parts) -> None:
    """Cost, jobs and access of the environment, for its owners; viewers also need rights on the system tables."""
    own = Permission(level="CAN_READ", group=names.owners(parts.environment.name))
    props = DirectoryProps(path=names.platform_directory(parts.environment.catalog), permissions=(own,))
    place = directory(parts.stack, "platform-dashboards", props).path
    dashboard(
        parts.stack,
        "platform-dashboard",
        DashboardProps(
            name=f"{parts.environment.name}: platform",
            panels=platform_panels(parts.environment.workspace.id, parts.environment.catalog),
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
            permissions=(own,),
        ),
    )
