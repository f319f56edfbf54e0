"""A volume with its grants."""

from dataclasses import dataclass

from infra.access.grants import Grant
from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.unity_catalog.grants import GrantsProps, grants


@dataclass(frozen=True, kw_only=True)
class VolumeProps:
    """`catalog` and `schema` are references to the parents' names.

    `storage_location` is in the external location `location`, so that others can upload files there with Azure tools;
    None leaves the location to Unity Catalog.
    """

    catalog: str
    schema: str
    name: str
    comment: str
    owner: str
    grants: tuple[Grant, ...]
    storage_location: str | None = None
    location: Resource | None = None


@dataclass(frozen=True, kw_only=True)
class VolumeOutputs:
    """The volume, for resources that depend on it."""

    volume: Resource


def volume(scope: Scope, id_: str, props: VolumeProps) -> VolumeOutputs:
    """A volume whose files Unity Catalog governs."""
    made = databricks.volume.Volume(
        scope,
        id_,
        catalog_name=props.catalog,
        schema_name=props.schema,
        name=props.name,
        comment=props.comment,
        owner=props.owner,
        volume_type="EXTERNAL" if props.storage_location else "MANAGED",
        storage_location=props.storage_location,
        depends_on=[props.location] if props.location else None,
    )
    grants(scope, f"{id_}-grants", GrantsProps(securable="volume", name=made.id, grants=props.grants))
    return VolumeOutputs(volume=made)
