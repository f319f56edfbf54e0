"""The privilege rules of Unity Catalog, without state: rights on a chain of securables.

A *chain* runs from the outermost securable to the one in question: catalog, schema, table.
Source: Azure Databricks, "Unity Catalog privileges and securable objects". In short:

- a privilege granted on a securable holds for everything below it;
- the owner of a securable holds every privilege on it, and manages what is below it (may grant, alter,
  drop), but owning a catalog gives no `SELECT` on somebody else's table in it;
- nothing in a catalog is reached without `USE_CATALOG`, nothing in a schema without `USE_SCHEMA`;
- `ALL_PRIVILEGES` stands for every privilege but `MANAGE`, `EXTERNAL_USE_SCHEMA` and `EXTERNAL_USE_LOCATION`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Identities = frozenset[str]


class Kind(StrEnum):
    """The kinds of securables."""

    METASTORE = "metastore"
    CATALOG = "catalog"
    SCHEMA = "schema"
    TABLE = "table"
    VOLUME = "volume"
    MODEL = "registered_model"
    STORAGE_CREDENTIAL = "storage_credential"
    EXTERNAL_LOCATION = "external_location"


class Privilege(StrEnum):
    """The privileges that can be granted."""

    ALL_PRIVILEGES = "ALL_PRIVILEGES"
    MANAGE = "MANAGE"
    BROWSE = "BROWSE"
    USE_CATALOG = "USE_CATALOG"
    USE_SCHEMA = "USE_SCHEMA"
    CREATE_CATALOG = "CREATE_CATALOG"
    CREATE_SCHEMA = "CREATE_SCHEMA"
    CREATE_TABLE = "CREATE_TABLE"
    CREATE_VOLUME = "CREATE_VOLUME"
    CREATE_MODEL = "CREATE_MODEL"
    CREATE_MODEL_VERSION = "CREATE_MODEL_VERSION"
    CREATE_FUNCTION = "CREATE_FUNCTION"
    CREATE_MATERIALIZED_VIEW = "CREATE_MATERIALIZED_VIEW"
    CREATE_EXTERNAL_LOCATION = "CREATE_EXTERNAL_LOCATION"
    CREATE_EXTERNAL_TABLE = "CREATE_EXTERNAL_TABLE"
    CREATE_EXTERNAL_VOLUME = "CREATE_EXTERNAL_VOLUME"
    CREATE_MANAGED_STORAGE = "CREATE_MANAGED_STORAGE"
    CREATE_STORAGE_CREDENTIAL = "CREATE_STORAGE_CREDENTIAL"
    SELECT = "SELECT"
    MODIFY = "MODIFY"
    REFRESH = "REFRESH"
    READ_VOLUME = "READ_VOLUME"
    WRITE_VOLUME = "WRITE_VOLUME"
    READ_FILES = "READ_FILES"
    WRITE_FILES = "WRITE_FILES"
    EXECUTE = "EXECUTE"
    APPLY_TAG = "APPLY_TAG"
    EXTERNAL_USE_SCHEMA = "EXTERNAL_USE_SCHEMA"
    EXTERNAL_USE_LOCATION = "EXTERNAL_USE_LOCATION"


_P = Privilege
_TABLE = {_P.SELECT, _P.MODIFY, _P.APPLY_TAG, _P.MANAGE, _P.BROWSE, _P.ALL_PRIVILEGES}
_VOLUME = {_P.READ_VOLUME, _P.WRITE_VOLUME, _P.APPLY_TAG, _P.MANAGE, _P.BROWSE, _P.ALL_PRIVILEGES}
_MODEL = {_P.EXECUTE, _P.CREATE_MODEL_VERSION, _P.APPLY_TAG, _P.MANAGE, _P.BROWSE, _P.ALL_PRIVILEGES}
_IN_SCHEMA = {
    _P.CREATE_TABLE,
    _P.CREATE_VOLUME,
    _P.CREATE_MODEL,
    _P.CREATE_FUNCTION,
    _P.CREATE_MATERIALIZED_VIEW,
    _P.REFRESH,
    _P.EXTERNAL_USE_SCHEMA,
}
_SCHEMA = _TABLE | _VOLUME | _MODEL | _IN_SCHEMA | {_P.USE_SCHEMA}
_STORAGE = {_P.CREATE_EXTERNAL_TABLE, _P.READ_FILES, _P.WRITE_FILES, _P.MANAGE, _P.ALL_PRIVILEGES}

GRANTABLE: Mapping[Kind, frozenset[Privilege]] = {
    Kind.METASTORE: frozenset({_P.CREATE_CATALOG, _P.CREATE_EXTERNAL_LOCATION, _P.CREATE_STORAGE_CREDENTIAL}),
    Kind.CATALOG: frozenset(_SCHEMA | {_P.USE_CATALOG, _P.CREATE_SCHEMA}),
    Kind.SCHEMA: frozenset(_SCHEMA),
    Kind.TABLE: frozenset(_TABLE),
    Kind.VOLUME: frozenset(_VOLUME),
    Kind.MODEL: frozenset(_MODEL),
    Kind.STORAGE_CREDENTIAL: frozenset(_STORAGE | {_P.CREATE_EXTERNAL_LOCATION}),
    Kind.EXTERNAL_LOCATION: frozenset(
        _STORAGE | {_P.CREATE_EXTERNAL_VOLUME, _P.CREATE_MANAGED_STORAGE, _P.BROWSE, _P.EXTERNAL_USE_LOCATION}
    ),
}
# Neither the right to give on nor that to take data out of the platform comes with all others.
_NOT_IN_ALL = frozenset({_P.MANAGE, _P.EXTERNAL_USE_SCHEMA, _P.EXTERNAL_USE_LOCATION})
_ENTRY = {Kind.CATALOG: Privilege.USE_CATALOG, Kind.SCHEMA: Privilege.USE_SCHEMA}


@dataclass(frozen=True, kw_only=True)
class Securable:
    """One link of a chain: its owner, and the privileges granted directly on it, by principal."""

    kind: Kind
    full_name: str
    owner: str
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`Table 'prod.credit_gold.scores'`, as Databricks writes it in an error."""
        return f"{self.kind.replace('_', ' ').title()} '{self.full_name}'"

    def granted(self, identities: Identities) -> frozenset[str]:
        """The privileges granted directly here to any of `identities`."""
        return frozenset[str]().union(*(self.grants.get(identity, frozenset()) for identity in identities))


def spelled(privilege: str) -> str:
    """A privilege in canonical form: `all privileges` becomes `ALL_PRIVILEGES`."""
    return "_".join(privilege.replace("_", " ").upper().split())


def effective(identities: Identities, chain: Sequence[Securable]) -> frozenset[str]:
    """Every privilege on the last link by grants on the chain. Ownership is not included."""
    return frozenset[str]().union(*(link.granted(identities) for link in chain))


def manages(identities: Identities, chain: Sequence[Securable]) -> bool:
    """Whether they may grant, alter and delete the last link: they own it or a parent, or have `MANAGE`."""
    return any(link.owner in identities for link in chain) or Privilege.MANAGE in effective(identities, chain)


def holds(identities: Identities, chain: Sequence[Securable], privilege: Privilege) -> bool:
    """Whether they have `privilege` on the last link, without checking entry to its parents."""
    if chain[-1].owner in identities:
        return True
    if privilege in _ENTRY.values() and manages(identities, chain):
        return True
    held = effective(identities, chain)
    covered = privilege not in _NOT_IN_ALL and Privilege.ALL_PRIVILEGES in held
    return covered or privilege in held


def refusal(identities: Identities, chain: Sequence[Securable], *privileges: Privilege) -> str | None:
    """Why they may not use all of `privileges` on the last link; None if they may.

    Checks entry from the outside in first, so the message names the outermost thing that is missing.
    """
    for depth, link in enumerate(chain, start=1):
        entry = _ENTRY.get(link.kind)
        if entry and not holds(identities, chain[:depth], entry):
            return _missing(entry, link)
    lacking = [privilege for privilege in privileges if not holds(identities, chain, privilege)]
    return _missing(lacking[0], chain[-1]) if lacking else None


def visible(identities: Identities, chain: Sequence[Securable]) -> bool:
    """Whether they may know that the last link exists: by any privilege, `BROWSE`, ownership or management."""
    if manages(identities, chain):
        return True
    inherited = effective(identities, chain)
    relevant = {str(privilege) for privilege in GRANTABLE[chain[-1].kind]}
    return bool(inherited & relevant)


def _missing(privilege: Privilege, link: Securable) -> str:
    return f"User does not have {privilege.replace('_', ' ')} on {link.label}."
