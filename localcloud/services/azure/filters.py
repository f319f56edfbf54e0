"""`$filter` of the lists of resources: by type and by name, as providers find a vault by its host. Pure."""

import re
from collections.abc import Iterable

from localcloud.services.azure.errors import invalid
from localcloud.services.azure.kinds import Resource

_CONDITION = re.compile(r"(?P<field>resourceType|name) eq '(?P<value>[^']*)'")
_FIELDS = {"resourceType": "type", "name": "name"}


def filtered(found: Iterable[Resource], wanted: str | None) -> list[Resource]:
    """Those that meet all conditions, ignoring case. Raises `AzureError` 400 for an unsupported filter."""
    conditions = [_CONDITION.fullmatch(part.strip()) for part in wanted.split(" and ")] if wanted else []
    read = [(_FIELDS[each["field"]], each["value"].lower()) for each in conditions if each is not None]
    if len(read) < len(conditions):
        message = f"$filter {wanted!r} is not understood: use resourceType eq '<type>' and name eq '<name>'."
        raise invalid("InvalidFilterInQueryString", message)
    return [each for each in found if all(str(each[field]).lower() == value for field, value in read)]
