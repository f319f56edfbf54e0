"""The resource types and data sources that the local cloud loads, and their REST calls."""

from localcloud.loader.kinds import (
    access,
    account,
    compute,
    data,
    declared,
    identity,
    masks,
    metastore,
    models,
    network,
    settings,
    unity,
    workspace,
)
from localcloud.loader.kinds.kind import Kind, Read

KINDS: dict[str, Kind] = {
    **identity.KINDS,
    **metastore.KINDS,
    **unity.KINDS,
    **access.KINDS,
    **compute.KINDS,
    **workspace.KINDS,
    **models.KINDS,
    **masks.KINDS,
    **network.KINDS,
    **account.KINDS,
    **settings.KINDS,
    **declared.KINDS,
}
DATA: dict[str, Read] = data.DATA

__all__ = ["DATA", "KINDS", "Kind", "Read"]
