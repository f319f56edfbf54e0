"""The daily cap of an Application Insights component: `currentbillingfeatures`, which is not a resource."""

from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel.body import PlainBody
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.tokens import AdminDep

PARITY = Parity(
    Level.STATEFUL, "https://learn.microsoft.com/rest/api/application-insights/component-current-billing-features"
)

_COMPONENT = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Insights/components/{component}"
router = APIRouter(prefix=f"{_COMPONENT}/currentbillingfeatures")
_KIND = "azure_billing_features"
_DEFAULT = {
    "CurrentBillingFeatures": ["Basic"],
    "DataVolumeCap": {"Cap": 100.0, "WarningThreshold": 90, "ResetTime": 0},
}


def _component(subscription: str, group: str, component: str, cloud: CloudDep, _: AdminDep) -> ResourceId:
    """The component that the path names. Raises `AzureError` 404."""
    path = _COMPONENT.format(subscription=subscription, group=group, component=component)
    return ResourceId(str(resources.get(cloud, ResourceId(path))["id"]))


Component = Annotated[ResourceId, Depends(_component)]


@router.get("")
def get_features(component: Component, cloud: CloudDep) -> Document:
    """A component's daily cap and pricing plan."""
    return cloud.store.get(_KIND, component.key) or dict(_DEFAULT)


@router.put("")
def put_features(component: Component, body: PlainBody, cloud: CloudDep) -> Document:
    """Replace a component's daily cap and pricing plan. Without any effect: no data is collected here."""
    cloud.store.put(_KIND, component.key, {name: body.get(name, held) for name, held in _DEFAULT.items()})
    return get_features(component, cloud)
