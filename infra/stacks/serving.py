"""The stack `<env>-serving`, phase two: resources that refer to models and tables created by jobs.

Deployed after the first promotion; a plan before that fails, because there is no live version to serve.
"""

from infra import names
from infra.access.grants import Grant, prediction_grants
from infra.access.inference import inference_grants
from infra.access.objects import endpoint_callers, endpoint_permissions
from infra.cdktf_seam import Scope, databricks
from infra.constructs.identity.service_principals import service_principals
from infra.constructs.models.feature_endpoint import FeatureEndpointProps, feature_endpoint
from infra.constructs.models.serving_endpoint import (
    InferenceTable,
    ServingEndpointProps,
    live_version,
    serving_endpoint,
)
from infra.constructs.observability.alerting import destination_id
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.unity_catalog.grants import GrantsProps, grants
from infra.constructs.unity_catalog.schema import SchemaOutputs, SchemaProps, schema
from infra.constructs.workspace.directory import DirectoryProps, directory
from infra.spec import Environment, Spec
from infra.spec.served import other_places
from infra.stacks.serving_dashboards import dashboards, platform_dashboard, saved_queries
from infra.stacks.serving_monitoring import alerts, monitor
from infra.stacks.serving_parts import Parts, readers
from ml.declarations import Layer, Model, Serving, UseCase


def serves(environment: Environment) -> bool:
    """Whether any use case of `environment` has an endpoint, so that the environment has a phase two."""
    return any(values.serving for values in environment.use_cases.values())


def serving_stack(app: Scope, spec: Spec, environment: Environment) -> None:
    """The endpoints of the use cases that `environment` serves, and alerts and charts of all that it monitors."""
    parts = _parts(app, spec, environment)
    for name in environment.use_cases:
        _use_case(parts, spec.use_cases[name])
    platform_dashboard(parts)


def _parts(app: Scope, spec: Spec, environment: Environment) -> Parts:
    """The stack, with the existing resources that all its use cases refer to."""
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
    return Parts(
        stack=stack,
        spec=spec,
        environment=environment,
        principals=service_principals(stack, _used_principals(environment)),
        warehouse_id=warehouse.id,
        destination_ids={
            name: destination_id(stack, name, names.destination(environment.name, name)) for name in environment.people
        },
    )


def _use_case(parts: Parts, use_case: UseCase) -> None:
    """Endpoints with their tables' grants, then the monitor, alerts and dashboards."""
    values = parts.environment.use_cases[use_case.name]
    served = [(model, model.serving) for model in use_case.models if model.serving] if values.serving else []
    if served:
        recorded = _recorded(parts, use_case)
        for model, serving in served:
            _endpoint(parts, use_case, model, serving, recorded)
        _predictions(parts, use_case)
        _moves(parts, use_case)
    if values.serving:
        _feature_endpoints(parts, use_case)
    if values.jobs.monitoring:
        place = _directory(parts, use_case)
        if served:
            monitor(parts, use_case, place)
        alerts(parts, use_case, place)
        dashboards(parts, use_case, place)
    if use_case.queries:
        saved_queries(parts, use_case)


def _used_principals(environment: Environment) -> tuple[str, ...]:
    """Names of the principals that change the served version, and of those that monitor it."""
    return tuple(
        names.principal(environment.name, use_case, stage)
        for use_case, values in environment.use_cases.items()
        for stage, needs in (("promotion", values.serving), ("monitoring", values.jobs.monitoring))
        if needs
    )


def _recorded(parts: Parts, use_case: UseCase) -> SchemaOutputs:
    """The inference tables, one per endpoint. If recording is turned off, the schema stays, with its rows."""
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


def _endpoint(parts: Parts, use_case: UseCase, model: Model, serving: Serving, recorded: SchemaOutputs) -> None:
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


def _feature_endpoints(parts: Parts, use_case: UseCase) -> None:
    """The endpoints without a model, for specifications that ingest creates; their callers are those of the models."""
    environment = parts.environment
    for declared in use_case.feature_serving:
        props = FeatureEndpointProps(
            declaration=declared,
            description=f"{', '.join(declared.features)} of {declared.table}, by key.",
            serves=declared.full_name(environment.catalog, use_case.name),
            tags={"environment": environment.name, "use_case": use_case.name},
            permissions=endpoint_callers(environment.use_cases[use_case.name].access),
        )
        feature_endpoint(parts.stack, f"{use_case.name}-{declared.endpoint}-endpoint", props)


def _predictions(parts: Parts, use_case: UseCase) -> None:
    """Readers of only the predictions in gold. Scoring creates the table, so it does not exist in phase one."""
    props = GrantsProps(
        securable="table",
        name=parts.table(use_case.name, Layer.GOLD, names.PREDICTIONS),
        grants=prediction_grants(parts.environment.use_cases[use_case.name].access),
    )
    grants(parts.stack, f"{use_case.name}-predictions-grants", props)


def _moves(parts: Parts, use_case: UseCase) -> None:
    """The reader of the recorded moves: the pipeline that places versions elsewhere, with a colour by the moves."""
    if other_places(parts.environment):
        owners = Grant(principal=names.owners(parts.environment.name), privileges=("SELECT",))
        table = parts.table(use_case.name, Layer.OPS, names.PROMOTIONS)
        props = GrantsProps(securable="table", name=table, grants=(owners,))
        grants(parts.stack, f"{use_case.name}-promotions-grants", props)


def _directory(parts: Parts, use_case: UseCase) -> str:
    """The path of the directory of the use case's query, alert, dashboard and monitor; readers of one read all."""
    path = names.serving_directory(parts.environment.catalog, use_case.name)
    props = DirectoryProps(path=path, permissions=readers(parts, use_case))
    return str(directory(parts.stack, f"{use_case.name}-serving", props).path)
