"""The environment of a name, or of a resource."""

import re
from enum import StrEnum
from functools import lru_cache

from .document import Resource
from .values import Expression, Scalar


class Environment(StrEnum):
    """Production, not production, or unknown."""

    PRODUCTION = "production"
    OTHER = "other"
    UNKNOWN = "unknown"


_PRODUCTION = re.compile(r"(?:^|[^a-z])(?:prod|production|prd|live)(?:$|[^a-z])", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:^|[^a-z])(?:dev|development|staging|stage|stg|test|tst|qa|uat|sandbox|sbx|nonprod)(?:$|[^a-z])", re.IGNORECASE
)


@lru_cache(maxsize=10_000)
def environment_named(name: str) -> Environment:
    """The environment in a name: `prod-lake`, `credit_dev`. A name with words of both counts by its first word."""
    matches = [(found.start(), kind) for pattern, kind in _KINDS if (found := pattern.search(name))]
    return min(matches)[1] if matches else Environment.UNKNOWN


_KINDS = ((_PRODUCTION, Environment.PRODUCTION), (_OTHER, Environment.OTHER))


def environment_of(resource: Resource) -> Environment:
    """The environment by the resource's tag `environment`, or its stack, catalog, name or address, in that order."""
    tag: Scalar | None = resource.tags.get("environment", resource.tags.get("env"))
    names = (tag, resource.document.stack, resource.block.value("catalog_name"), resource.block.value("name"))
    for name in (*names, resource.name):
        if name is not None and not isinstance(name, Expression):
            named = environment_named(str(name))
            if named is not Environment.UNKNOWN:
                return named
    return Environment.UNKNOWN


def may_be_production(resource: Resource) -> bool:
    """Whether the resource may be production's: without any mark, production's rules apply."""
    return environment_of(resource) is not Environment.OTHER
