"""Dependencies of a resource, created before it and destroyed after it: by reference, by `depends_on`, and by name.

By name too, because checkov replaces a reference by the name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .document import Resource
from .values import Expression, Scalar, scalar

# Arguments that name a securable, and its type.
_NAMING = {
    "catalog": "databricks_catalog",
    "catalog_name": "databricks_catalog",
    "credential_name": "databricks_storage_credential",
    "external_location": "databricks_external_location",
    "schema_name": "databricks_schema",
    "storage_credential": "databricks_storage_credential",
}


def needed(resource: Resource) -> set[str]:
    """Addresses of all resources of the document that `resource` depends on, directly or indirectly."""
    found: set[str] = set()
    waiting = list(_named(resource))
    while waiting:
        address = waiting.pop()
        other = resource.document.by_address.get(address)
        if other is not None and address not in found:
            found.add(address)
            waiting += _named(other)
    return found


def _named(resource: Resource) -> Iterator[str]:
    yield from (resource.module + name for name in _references(resource.block.raw_values))
    for argument, type_ in _NAMING.items():
        found = named(resource, type_, resource.block.value(argument))
        if found is not None and found is not resource:
            yield address_of(found)


def named(resource: Resource, type_: str, value: Scalar | None) -> Resource | None:
    """The resource of `type_` that `value` refers to or names, for a schema in the catalog of `resource`."""
    if value is None or isinstance(value, Expression):
        found = resource.referred(value) if value is not None else None
        return found if found is not None and found.type == type_ else None
    catalog = resource.block.value("catalog_name") if type_ == "databricks_schema" else None
    return next(
        (
            item
            for item in resource.document.resources
            if item.type == type_
            and str(item.block.value("name")) == str(value)
            and (catalog is None or str(item.block.value("catalog_name")) == str(catalog))
        ),
        None,
    )


def address_of(item: Resource) -> str:
    """The address by which expressions name the resource."""
    return f"{item.module}{item.type}.{item.name}"


def _references(raw: Any) -> Iterator[str]:
    if isinstance(raw, Mapping):
        for key, inner in raw.items():
            # CDKTF's notes and checkov's own remarks are not references.
            if key != "//" and not str(key).startswith("__") and not str(key).endswith("_"):
                yield from _references(inner)
    elif isinstance(raw, list | tuple | set):
        for inner in raw:
            yield from _references(inner)
    elif isinstance(raw, str | Expression):
        found = scalar(raw)
        yield from found.references if isinstance(found, Expression) else ()
