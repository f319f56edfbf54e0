"""A serving endpoint without a model: it returns published features by key."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from ml.declarations import FeatureServing


@dataclass(frozen=True, kw_only=True)
class FeatureEndpointProps:
    """`serves`: full name of the feature specification, which the job `<usecase>-ingest` creates."""

    declaration: FeatureServing
    description: str
    serves: str
    tags: Mapping[str, str]
    permissions: tuple[Permission, ...]


def feature_endpoint(scope: Scope, id_: str, props: FeatureEndpointProps) -> None:
    """The endpoint and its complete permissions, if it has callers. A specification has no versions and no changes."""
    binding, declared = databricks.model_serving, props.declaration
    made = binding.ModelServing(
        scope,
        id_,
        name=declared.endpoint,
        description=props.description,
        config=binding.ModelServingConfigA(
            served_entities=[
                binding.ModelServingConfigServedEntities(
                    name="features",
                    entity_name=props.serves,
                    workload_size=declared.workload_size.value,
                    scale_to_zero_enabled=declared.scale_to_zero,
                )
            ]
        ),
        tags=[binding.ModelServingTags(key=key, value=value) for key, value in props.tags.items()],
    )
    if props.permissions:
        permissions(scope, f"{id_}-permissions", "serving_endpoint_id", made.serving_endpoint_id, props.permissions)
