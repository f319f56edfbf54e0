"""The stack `<env>-images`, optional: prerequisites of every serving place other than Databricks.

A registry for the servers' images and, for each served model, the identity of its servers, which can read only that
model's published features. The environment's pipeline pushes the images and uploads the features. Deployed by the
people who own the subscription, because it assigns roles.
"""

from infra import azure_names
from infra.azure.pipeline_identity import pipeline_identity
from infra.azure.serving_places import ServingPlace, lake_container_id, serving_place
from infra.cdktf_seam import Scope
from infra.constructs.serving_places.container_registry import ContainerRegistryProps, container_registry
from infra.constructs.storage.lake_storage import containers
from infra.constructs.workspace.azure_workspace import KEY_USER
from infra.spec import Environment, Spec
from infra.spec.served import other_places

PULL = "AcrPull"
_PUSHES = "AcrPush"
_READS_FEATURES = "Storage Blob Data Reader"
_WRITES_FEATURES = "Storage Blob Data Contributor"
# Its client id is in the manifests.
_READS_IDENTITY = "Reader"


def serves_elsewhere(environment: Environment) -> bool:
    """Whether `environment` serves outside Databricks."""
    return bool(other_places(environment))


def images_stack(app: Scope, spec: Spec, environment: Environment) -> None:
    """The registry with its private address, and the identities of the served models."""
    place = serving_place(app, spec, environment, "images", pipeline=True)
    identity = place.identity("images-identity", place.name("images"))
    key = place.key("images")
    may_encrypt = place.give("images-key-user", KEY_USER, key.resource_id, identity.principal_id)
    props = ContainerRegistryProps(
        name=azure_names.registry(place.prefix, environment.name),
        key_id=key.versionless_id,
        identity_id=identity.id,
        client_id=identity.client_id,
        depends_on=(may_encrypt,),
        **place.at,
    )
    registry_id = container_registry(place.stack, "images", props)
    place.endpoint("images-registry", registry_id, "registry", (azure_names.REGISTRY_ZONE,))
    place.log("images", registry_id)
    pipeline = pipeline_identity(place)
    place.give("pipeline-images", _PUSHES, registry_id, pipeline)
    for each in place.models:
        _identity(place, each.label, registry_id, pipeline)


def _identity(place: ServingPlace, label: str, registry_id: str, pipeline: str) -> None:
    """The identity of a model's servers, with read access to one container."""
    name = azure_names.served_identity(place.prefix, place.environment.name, label)
    identity = place.identity(f"{label}-identity", name)
    container = azure_names.features_container(label)
    made = containers(place.stack, "lake", place.places.lake_account_id, (container,))
    features = lake_container_id(place, container)
    place.give(f"{label}-features", _READS_FEATURES, features, identity.principal_id, after=made)
    if place.environment.aks_serving:
        # Only servers in a cluster look up features.
        place.give(f"{label}-pipeline-features", _WRITES_FEATURES, features, pipeline, after=made)
        place.give(f"{label}-pipeline-identity", _READS_IDENTITY, identity.id, pipeline)
    if place.environment.azure_ml:
        # There the endpoint itself pulls the image; in a cluster the machines do.
        place.give(f"{label}-image", PULL, registry_id, identity.principal_id)
