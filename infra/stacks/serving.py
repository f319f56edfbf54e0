"""The stack `<env>-serving`, phase two: what refers to models and tables that jobs create.

Deployed after the first promotion; a plan before that fails, since there is no live version to serve.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from infra import names
from infra.access.grants import prediction_grants
from infra.access.inference import inference_grants
from infra.access.objects import endpoint_permissions
from infra.cdktf_seam import Scope, databricks
from infra.constructs.identity.service_principals import service_principals
from infra.constructs.models.data_quality_monitor import data_quality_monitor
from infra.constructs.models.quality_monitor import QualityMonitorProps, quality_monitor
from infra.constructs.models.serving_endpoint import (
    InferenceTable,
    ServingEndpointProps,
    live_version,
    serving_endpoint,
)
from infra.constructs.observability.alerting import AlertProps, QueryProps, alert, destination_id, query
from infra.constructs.observability.dashboard import DashboardProps, dashboard
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.unity_catalog.grants import GrantsProps, grants
from infra.constructs.unity_catalog.schema import SchemaOutputs, SchemaProps, schema
from infra.constructs.workspace.directory import DirectoryProps, directory
from infra.constructs.workspace.permissions import Permission
from infra.spec import Environment, Spec
from infra.spec.values.use_case import ServingValues
from infra.stacks.monitoring_charts import monitoring_charts
from infra.stacks.open_alerts import COLUMN, open_alerts
from infra.stacks.platform_panels import platform_panels
from infra.stacks.risk_panels import owner_panels, risk_panels
from ml.declarations import Layer, Model, Serving, UseCase

# Daily: a warehouse that starts every hour costs more than an alert that comes some hours later.
_ALERT_CRON = "0 0 10 * * ?"
_METRICS = (
    "select period, model, model_version, metric, `column`, value, threshold_low, threshold_high, verdict, reason "
    "from {metrics} where verdict not in ('ok', 'recorded') order by period desc, model, verdict, metric"
)

_MONITORS = {"quality_monitor": quality_monitor, "data_quality_monitor": data_quality_monitor}


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What every part needs. `principals` are application ids by name, `destination_ids` those of destinations."""

    stack: Scope
    spec: Spec
    environment: Environment
    principals: Mapping[str, str]
    warehouse_id: str
    destination_ids: Mapping[str, str]

    def run_as(self, use_case: str, stage: str) -> str:
        """Application id of a stage's principal."""
        return self.principals[names.principal(self.environment.name, use_case, stage)]

    def table(self, use_case: str, layer: Layer, name: str) -> str:
        """Full name of a table that a job creates."""
        return f"{self.environment.catalog}.{names.schema(use_case, layer)}.{name}"


def serves(environment: Environment) -> bool:
    """Whether any use case of `environment` has an endpoint, and so the environment a phase two."""
    return any(values.serving for values in environment.use_cases.values())


def serving_stack(app: Scope, spec: Spec, environment: Environment) -> None:
    """The endpoints of the use cases that `environment` serves, and alerts and charts of all that it monitors."""
    props = StackProps(
        platform=spec.platform,
        host=environment.workspace.url,
        environment=environment.name,
        protect=environment.protect_data,
    )
    stack = databricks_stack(app, f"{environment.name}-serving", props)
    warehouse = databricks.data_databricks_sql_warehouse.DataDatabricksSqlWarehouse(
        stack, "warehouse", name=names.warehouse(environment.name)
    )
    parts = _Parts(
        stack=stack,
        spec=spec,
        environment=environment,
        principals=service_principals(stack, _used_principals(environment)),
        warehouse_id=warehouse.id,
        destination_ids={
            name: destination_id(stack, name, names.destination(environment.name, name)) for name in environment.people
        },
    )
    for name, values in environment.use_cases.items():
        declared = spec.use_cases[name]
        served = [(model, model.serving) for model in declared.models if model.serving] if values.serving else []
        if served:
            recorded = _recorded(parts, declared)
            for model, serving in served:
                _endpoint(parts, declared, model, serving, recorded)
            _predictions(parts, declared)
        if values.jobs.monitoring:
            place = _directory(parts, declared)
            if served:
                _monitor(parts, declared, place)
            _alerts(parts, declared, place)
            _dashboards(parts, declared, place)
        if declared.queries:
            _saved_queries(parts, declared)
    _platform_dashboard(parts)


def _used_principals(environment: Environment) -> tuple[str, ...]:
    """Names of those who change what is served, and those who watch it."""
    return tuple(
        names.principal(environment.name, use_case, stage)
        for use_case, values in environment.use_cases.items()
        for stage, needs in (("promotion", values.serving), ("monitoring", values.jobs.monitoring))
        if needs
    )


def _recorded(parts: _Parts, use_case: UseCase) -> SchemaOutputs:
    """Where requests and answers are recorded, one table an endpoint. It stays if that is turned off, with its rows."""
    environment, name = parts.environment, names.inference_schema(use_case.name)
    props = SchemaProps(
        catalog=environment.catalog,
        name=name,
        comment=f"{use_case.comment} What its endpoints were asked, as it was asked.",
        owner=names.owners(environment.name),
        grants=inference_grants(
            parts.spec, environment, use_case.name, monitoring=parts.run_as(use_case.name, "monitoring")
        ),
        after=(),
    )
    return schema(parts.stack, name, props)


def _endpoint(parts: _Parts, use_case: UseCase, model: Model, serving: Serving, recorded: SchemaOutputs) -> None:
    values = parts.environment.use_cases[use_case.name]
    label, name = use_case.label(model), model.full_name(parts.environment.catalog, use_case.name)
    prefix = names.inference_prefix(serving.endpoint)
    table = InferenceTable(catalog=parts.environment.catalog, schema=recorded.name, prefix=prefix)
    props = ServingEndpointProps(
        declaration=serving,
        description=model.comment,
        serves=live_version(parts.stack, f"{label}-model", name),
        inference_table=table if values.serving and values.serving.inference_table else None,
        tags={"environment": parts.environment.name, "use_case": use_case.name},
        permissions=endpoint_permissions(parts.run_as(use_case.name, "promotion"), values.access),
    )
    serving_endpoint(parts.stack, f"{label}-endpoint", props)


def _predictions(parts: _Parts, use_case: UseCase) -> None:
    """Who reads the predictions and nothing else of gold. The table is scoring's, so it is not there in phase one."""
    props = GrantsProps(
        securable="table",
        name=parts.table(use_case.name, Layer.GOLD, names.PREDICTIONS),
        grants=prediction_grants(parts.environment.use_cases[use_case.name].access),
    )
    grants(parts.stack, f"{use_case.name}-predictions-grants", props)


def _readers(parts: _Parts, use_case: UseCase) -> tuple[Permission, ...]:
    """The groups that read the tables behind it all."""
    roles = parts.environment.use_cases[use_case.name].access
    return tuple(Permission(level="CAN_READ", group=group) for group, role in roles.items() if role.ops)


def _directory(parts: _Parts, use_case: UseCase) -> str:
    """Where the use case's query, alert, dashboard and monitor lie; whoever reads one of them reads all. Its path."""
    path = names.serving_directory(parts.environment.catalog, use_case.name)
    props = DirectoryProps(path=path, permissions=_readers(parts, use_case))
    return str(directory(parts.stack, f"{use_case.name}-serving", props).path)


def _monitor(parts: _Parts, use_case: UseCase, place: str) -> None:
    """Databricks' own monitor of the predictions, beside the monitoring job's metrics."""
    first = use_case.models[0]
    predicted = first.problem.output[0]
    props = QualityMonitorProps(
        table=parts.table(use_case.name, Layer.GOLD, names.PREDICTIONS),
        output_schema=f"{parts.environment.catalog}.{names.schema(use_case.name, Layer.OPS)}",
        assets_dir=f"/Workspace{place}/{use_case.name}-monitor",
        warehouse_id=parts.warehouse_id,
        timestamp_column=first.feature_table.event_time,
        prediction_column=predicted.name,
        predicts_classes=bool(predicted.allowed),
        model_column="model_version",
        period=use_case.judging.period,
        # Versions are numbered by model.
        slices=("model",) if len(use_case.models) > 1 else (),
        cron=use_case.jobs.monitoring_cron,
        timezone=use_case.jobs.timezone,
    )
    kind = (parts.environment.use_cases[use_case.name].serving or ServingValues()).monitor
    _MONITORS[kind](parts.stack, f"{use_case.name}-predictions-monitor", props)


def _alerts(parts: _Parts, use_case: UseCase, place: str) -> None:
    """What nobody has taken as an alert for each destination, and the metrics behind it as a query."""
    name = use_case.name
    query(
        parts.stack,
        f"{name}-metrics-query",
        QueryProps(
            name=f"{name}: metrics out of bounds",
            description="Every metric of monitoring that is not within its limits, newest period first.",
            text=_METRICS.format(metrics=parts.table(name, Layer.OPS, "metrics")),
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
        ),
    )
    for asked in open_alerts(use_case, parts.environment.name, parts.table(name, Layer.OPS, "alerts")):
        props = AlertProps(
            name=asked.name,
            text=asked.text,
            column=COLUMN,
            threshold=0,
            summary=asked.summary,
            description=asked.description,
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
            run_as=parts.run_as(name, "monitoring"),
            destination_id=parts.destination_ids[asked.destination],
            cron=_ALERT_CRON,
            timezone=use_case.jobs.timezone,
        )
        alert(parts.stack, asked.id, props)


def _dashboards(parts: _Parts, use_case: UseCase, place: str) -> None:
    """One for the models' owners and one for risk, for the groups that read the tables behind them."""
    ops = f"{parts.environment.catalog}.{names.schema(use_case.name, Layer.OPS)}"
    charts = monitoring_charts(use_case, parts.environment.catalog, f"{ops}.metrics")
    for role, panels in (("monitoring", (*charts, *owner_panels(ops))), ("risk", risk_panels(ops))):
        props = DashboardProps(
            name=f"{use_case.name}: {role}",
            panels=panels,
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
            permissions=_readers(parts, use_case),
        )
        dashboard(parts.stack, f"{use_case.name}-{role}-dashboard", props)


def _saved_queries(parts: _Parts, use_case: UseCase) -> None:
    """What comes with the use case, for the groups that read its gold; everyone runs them with their own rights."""
    roles = parts.environment.use_cases[use_case.name].access
    readers = tuple(Permission(level="CAN_READ", group=group) for group, role in roles.items() if role.gold)
    path = names.queries_directory(parts.environment.catalog, use_case.name)
    place = directory(parts.stack, f"{use_case.name}-queries", DirectoryProps(path=path, permissions=readers)).path
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


def _platform_dashboard(parts: _Parts) -> None:
    """Cost, jobs and access of the environment, for those who own it; the system tables ask for rights as well."""
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
