"""Resource types that the local cloud only keeps as declared: it has no such control, so they have no effect here.

A document with a type in no table of this package is refused, so this list is everything that is not enforced locally.
"""

import uuid

from localcloud.loader.kinds.kind import Attributes, Call, Kind, keep

_TYPES = ("databricks_sql_permissions",)


def _create(_: Call) -> Attributes:
    return {"id": str(uuid.uuid4())}


KINDS = {type_: Kind(create=_create, update=lambda _, state: state, delete=keep, identity=()) for type_ in _TYPES}
