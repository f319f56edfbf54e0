"""Alerts, action groups, diagnostic settings: stored. Nothing is ever sent."""

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, properties

_SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
_SHORT_NAME_LIMIT = 12


def _diagnostics(_: Cloud, __: ResourceId, resource: Resource) -> None:
    if not any(properties(resource).get(sink) for sink in _SINKS):
        raise invalid("BadRequest", f"A diagnostic setting needs one of {', '.join(_SINKS)}.")


def _group(_: Cloud, __: ResourceId, resource: Resource) -> None:
    short = str(properties(resource).get("groupShortName") or "")
    if not 0 < len(short) <= _SHORT_NAME_LIMIT:
        raise invalid("BadRequest", f"groupShortName '{short}' has not 1 to {_SHORT_NAME_LIMIT} characters.")


KINDS = {
    "actionGroups": Kind(name=r"[^:<>+/&%\\?|]{1,260}", located=True, check=_group),
    "activityLogAlerts": Kind(name=r"[^:<>*+/&%\\?{}]{1,260}", located=True),
    "metricAlerts": Kind(name=r"[^:<>*+/&%\\?{}]{1,260}", located=True),
    "components": Kind(name=r"[^%&\\?/]{1,260}", located=True),
    "diagnosticSettings": Kind(name=r"[^*<>?/]{1,260}", check=_diagnostics),
}
