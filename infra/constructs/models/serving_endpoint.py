"""A serving endpoint and its permissions. The promotion job decides which version it serves."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Scope, TerraformResourceLifecycle, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from ml.declarations import Serving


@dataclass(frozen=True, kw_only=True)
class LiveVersion:
    """A registered model (full name) and a reference to the number of its live version."""

    model: str
    version: str


def live_version(scope: Scope, id_: str, model: str) -> LiveVersion:
    """The version of `@champion` when the endpoint is created. A plan fails if there is none yet."""
    data = databricks.data_databricks_registered_model.DataDatabricksRegisteredModel(
        scope, id_, full_name=model, include_aliases=True
    )
    aliases = f"{data.fqn}.model_info[0].aliases[*]"
    versions = f"zipmap({aliases}.alias_name, {aliases}.version_num)"
    return LiveVersion(model=model, version=f'${{tostring(lookup({versions}, "champion"))}}')


@dataclass(frozen=True, kw_only=True)
class InferenceTable:
    """The destination of recorded requests and responses."""

    catalog: str
    schema: str
    prefix: str


@dataclass(frozen=True, kw_only=True)
class ServingEndpointProps:
    """`serves` counts only when the endpoint is created."""

    declaration: Serving
    description: str
    serves: LiveVersion
    inference_table: InferenceTable | None
    tags: Mapping[str, str]
    permissions: tuple[Permission, ...]


def serving_endpoint(scope: Scope, id_: str, props: ServingEndpointProps) -> None:
    """The endpoint, its gateway and its complete permissions."""
    binding, declared = databricks.model_serving, props.declaration
    served_name = "live"
    made = binding.ModelServing(
        scope,
        id_,
        name=declared.endpoint,
        description=props.description,
        config=binding.ModelServingConfigA(
            served_entities=[
                binding.ModelServingConfigServedEntities(
                    name=served_name,
                    entity_name=props.serves.model,
                    entity_version=props.serves.version,
                    workload_size=declared.workload_size.value,
                    scale_to_zero_enabled=declared.scale_to_zero,
                )
            ],
            traffic_config=binding.ModelServingConfigTrafficConfig(
                routes=[
                    binding.ModelServingConfigTrafficConfigRoutes(
                        served_entity_name=served_name, traffic_percentage=100
                    )
                ]
            ),
        ),
        ai_gateway=_gateway(props),
        tags=[binding.ModelServingTags(key=key, value=value) for key, value in props.tags.items()],
        # The promotion job sets version and traffic; a deployment must never undo a promotion or a roll-back.
        lifecycle=TerraformResourceLifecycle(ignore_changes=["config"]),
    )
    permissions(scope, f"{id_}-permissions", "serving_endpoint_id", made.serving_endpoint_id, props.permissions)


def _gateway(props: ServingEndpointProps) -> object:
    """Usage tracking always; inference tables if a table is named, rate limits if declared."""
    binding, table, calls = databricks.model_serving, props.inference_table, props.declaration.caller_calls_per_minute
    recorded = (
        binding.ModelServingAiGatewayInferenceTableConfig(
            enabled=True, catalog_name=table.catalog, schema_name=table.schema, table_name_prefix=table.prefix
        )
        if table
        else None
    )
    # A limit of `user` without a principal applies to each caller, service principals included.
    limits = [binding.ModelServingAiGatewayRateLimits(key="user", calls=calls, renewal_period="minute")]
    return binding.ModelServingAiGateway(
        inference_table_config=recorded,
        rate_limits=limits if calls is not None else None,
        usage_tracking_config=binding.ModelServingAiGatewayUsageTrackingConfig(enabled=True),
    )
