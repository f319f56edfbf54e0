"""The wheel, uploaded under its content hash."""

from dataclasses import dataclass

from infra.cdktf_seam import AssetType, Resource, Scope, TerraformAsset, TerraformResourceLifecycle, databricks
from infra.wheel import Wheel


@dataclass(frozen=True, kw_only=True)
class WheelFileProps:
    """`path` is its destination, in the volume `volume`."""

    wheel: Wheel
    path: str
    volume: Resource


def wheel_file(scope: Scope, id_: str, props: WheelFileProps) -> None:
    """The stack includes a copy of the wheel, so that it can be applied from any folder."""
    asset = TerraformAsset(
        scope,
        f"{id_}-asset",
        path=str(props.wheel.path),
        type=AssetType.FILE,
        asset_hash=props.wheel.sha256[:32].upper(),
    )
    databricks.file.File(
        scope,
        id_,
        path=props.path,
        source=asset.path,
        depends_on=[props.volume],
        # The jobs name the old path until their stack is deployed: the new file comes first.
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
