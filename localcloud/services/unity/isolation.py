"""Isolating a securable binds the calling workspace, so that it does not lose access."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.unity import bindings
from localcloud.services.unity.privileges import Kind


def bind_own_workspace(cloud: Cloud, caller: Caller, kind: Kind, securable: Document) -> None:
    """Bind the caller's workspace for reading and writing, if the securable is isolated and has no bindings."""
    key = f"{kind}:{securable['full_name']}"
    if securable.get("isolation_mode") in bindings.ISOLATED and cloud.store.get("binding", key) is None:
        own = {"workspace_id": caller.require_workspace().workspace_id, "binding_type": bindings.READ_WRITE}
        cloud.store.put("binding", key, {"bindings": [own]})
