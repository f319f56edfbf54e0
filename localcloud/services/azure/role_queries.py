"""Look-up of role definitions, built-in and custom, by name within a scope or by id."""

import re

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import resources, roles
from localcloud.services.azure.errors import AzureError, invalid
from localcloud.services.azure.ids import ResourceId

_BY_NAME = re.compile(r"roleName eq '(?P<name>(?:[^']|'')*)'")


def is_of(named: ResourceId) -> bool:
    """Whether a path names one or all role definitions."""
    type_ = named.type if not named.is_collection else ResourceId(f"{named.path}/x").type
    return type_.lower() == roles.TYPE.lower()


def answer(cloud: Cloud, named: ResourceId, wanted: str | None) -> Document:
    """One definition, or those that match a filter on `roleName`. Raises `AzureError` 400 and 404."""
    if not named.is_collection:
        return _one(cloud, named)
    own = [each for each in cloud.store.all(resources.KIND) if each["type"] == roles.TYPE]
    found = [*roles.built_in(named.subscription), *own]
    if wanted is None:
        return {"value": found}
    name = _BY_NAME.fullmatch(wanted)
    if name is None:
        raise invalid("InvalidFilter", f"$filter {wanted!r} is not understood; use roleName eq '<name>'.")
    sought = name["name"].replace("''", "'")
    return {"value": [each for each in found if each["properties"]["roleName"] == sought]}


def _one(cloud: Cloud, named: ResourceId) -> Document:
    found = roles.by_id(named.subscription, named.name) or next(
        (
            each
            for each in cloud.store.all(resources.KIND)
            if each["type"] == roles.TYPE and each["name"].lower() == named.name.lower()
        ),
        None,
    )
    if found is None:
        message = f"The specified role definition with ID '{named.name}' does not exist."
        raise AzureError(404, "RoleDefinitionDoesNotExist", message)
    return found
