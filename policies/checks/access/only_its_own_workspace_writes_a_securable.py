"""A binding limits the workspaces from which a catalog can be changed, whatever the grants."""

import re

from ..engine.api import Expression, Resource, Severity, Verdict, failed, passed, rule, same, unknown


@rule(
    "CKV_MLOPS_3",
    Severity.CRITICAL,
    "databricks_workspace_binding",
    rationale="A catalog bound READ_WRITE to a second workspace can be changed from there: dev's code in prod's data.",
    fix='Set `binding_type = "BINDING_TYPE_READ_ONLY"` for every workspace but the one that owns the securable.',
    control="Unity Catalog workspace bindings; reference architecture: dev reads prod read-only",
)
def only_its_own_workspace_writes_a_securable(resource: Resource) -> Verdict:
    """Only the workspace that owns a catalog, credential or location may write through it."""
    kind = resource.block.value("binding_type")
    if kind is not None and same(kind, "BINDING_TYPE_READ_ONLY"):
        return passed()
    if isinstance(kind, Expression):
        return unknown(f"binding_type is computed ({kind})")
    bound, own = resource.block.value("workspace_id"), _own_workspaces(resource)
    if bound is None or isinstance(bound, Expression) or not own:
        return unknown("which workspace is bound, or which one owns the securable, is computed; use literals")
    if str(bound) in own:
        return passed("its own workspace")
    return failed(f"workspace {bound} may write; allowed: {' or '.join(sorted(own))}, where the securable is made")


def _own_workspaces(resource: Resource) -> set[str]:
    """Ids of the workspaces of the providers: `adb-<id>.<n>.azuredatabricks.net`."""
    found = (re.search(r"//adb-(\d+)\.", host) for host in resource.document.hosts)
    return {match.group(1) for match in found if match}
