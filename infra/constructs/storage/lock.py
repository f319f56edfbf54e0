"""A lock: nobody, whatever their rights, can delete the resource until the lock itself is removed."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class LockProps:
    """`resource_id` is the resource that cannot be deleted, with everything in it."""

    name: str
    resource_id: str
    notes: str


def lock(scope: Scope, id_: str, props: LockProps) -> None:
    """Deletion is refused; changes are not."""
    azurerm.management_lock.ManagementLock(
        scope, id_, name=props.name, scope=props.resource_id, lock_level="CanNotDelete", notes=props.notes
    )
