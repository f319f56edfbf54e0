"""Access levels compiled to Unity Catalog privileges."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from infra import names
from infra.spec import LANDING, Data, Files, ModelRight
from ml.declarations import EXPORTS_VOLUME, FilesSink, Layer, UseCase

_DATA_PRIVILEGES = {
    Data.READ: ("USE_SCHEMA", "SELECT"),
    Data.CREATE: ("USE_SCHEMA", "SELECT", "CREATE_TABLE"),
    Data.MAKE: ("USE_SCHEMA", "CREATE_TABLE"),
}
_FILE_PRIVILEGES = {
    Files.READ: ("READ_VOLUME",),
    Files.WRITE: ("READ_VOLUME", "WRITE_VOLUME"),
}
_MODEL_PRIVILEGES: dict[str, tuple[str, ...]] = {
    ModelRight.EXECUTE: ("EXECUTE",),
    # Creating a version sets its lineage as tags in the same request, so APPLY_TAG on the model is needed.
    ModelRight.CREATE_VERSION: ("APPLY_TAG", "CREATE_MODEL_VERSION", "EXECUTE"),
    # The owner needs no grant. Only the owner can move an alias, so ownership is never granted.
    ModelRight.OWN: (),
}


class Access(Protocol):
    """The rights of one principal to one use case: a stage's rights, or a role's."""

    @property
    def landing(self) -> Files | None:
        """Files of the landing volume."""

    @property
    def bronze(self) -> Data | None:
        """Tables as received."""

    @property
    def silver(self) -> Data | None:
        """Tables typed and checked."""

    @property
    def gold(self) -> Data | None:
        """Features, outcomes and predictions."""

    @property
    def predictions(self) -> Data | None:
        """Only the predictions."""

    @property
    def features(self) -> Data | None:
        """Online features."""

    @property
    def ops(self) -> Data | None:
        """Accounts, verdicts and promotions."""

    @property
    def alerts(self) -> Files | None:
        """Files of the alerts volume."""

    @property
    def checkpoints(self) -> Files | None:
        """Files of the checkpoints volume."""

    @property
    def scratch(self) -> Files | None:
        """Files of the scratch volume."""

    @property
    def exports(self) -> Files | None:
        """Files of the exports volume."""

    @property
    def model(self) -> str | None:
        """The registered model."""

    @property
    def functions(self) -> str | None:
        """The functions that hide sensitive columns."""


@dataclass(frozen=True, kw_only=True)
class UseCaseVolume:
    """A volume of every use case for which `wanted` holds; `name` is also the setting that gives access to it.

    `container` is the lake's container for its files; None leaves the location to Unity Catalog.
    """

    name: str
    layer: Layer
    comment: str
    container: str | None = None
    wanted: Callable[[UseCase], bool] = lambda _: True

    def held_by(self, access: Access) -> Files | None:
        """The right of `access` to its files."""
        level: Files | None = getattr(access, self.name)
        return level


def _writes_files(use_case: UseCase) -> bool:
    return any(isinstance(sink, FilesSink) for model in use_case.models for sink in model.sinks)


VOLUMES = (
    UseCaseVolume(
        name=names.LANDING_VOLUME,
        layer=Layer.BRONZE,
        comment="raw files: one folder per feed, one file per month.",
        # A separate container, because those who deliver files write there without Databricks.
        container=LANDING,
    ),
    UseCaseVolume(name="alerts", layer=Layer.OPS, comment="alerts without a webhook, one file each."),
    UseCaseVolume(
        name="checkpoints", layer=Layer.OPS, comment="progress of each data stream.", container="checkpoints"
    ),
    UseCaseVolume(
        name="scratch", layer=Layer.OPS, comment="what a training has finished, until its version is registered."
    ),
    UseCaseVolume(
        name=EXPORTS_VOLUME, layer=Layer.GOLD, comment="predictions as files, with manifests.", wanted=_writes_files
    ),
)


def volumes_of(use_case: UseCase) -> tuple[UseCaseVolume, ...]:
    """The volumes that a use case has."""
    return tuple(volume for volume in VOLUMES if volume.wanted(use_case))


@dataclass(frozen=True, kw_only=True, order=True)
class Grant:
    """Privileges of one principal on one securable."""

    principal: str
    privileges: tuple[str, ...]


# By principal: its access to one use case.
Holders = Mapping[str, Access]


def _kept(grants: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[Grant, ...]:
    return tuple(Grant(principal=who, privileges=privileges) for who, privileges in grants if privileges)


def _layer_privileges(access: Access, layer: Layer) -> tuple[str, ...]:
    functions = ("CREATE_FUNCTION",) if layer is Layer.OPS and access.functions else ()
    level: Data | None = getattr(access, layer.value)
    if level is not None:
        return _DATA_PRIVILEGES[level] + functions
    # Objects inside a schema need rights to it too: volumes, functions, the model and the table of predictions.
    inside: list[str | None] = [volume.held_by(access) for volume in VOLUMES if volume.layer is layer]
    inside += [access.model] if layer is Layer.OPS else []
    inside += [access.predictions] if layer is Layer.GOLD else []
    return ("USE_SCHEMA", *functions) if any(inside) or functions else ()


def _has_any(access: Access) -> bool:
    return any(_layer_privileges(access, layer) for layer in Layer)


def merged(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """One grant per principal: if a list names one twice, only one of the two is applied."""
    held: dict[str, dict[str, None]] = {}
    for grant in grants:
        held.setdefault(grant.principal, {}).update(dict.fromkeys(grant.privileges))
    return tuple(Grant(principal=who, privileges=tuple(privileges)) for who, privileges in held.items())


def catalog_grants(holders: Iterable[Holders]) -> tuple[Grant, ...]:
    """USE_CATALOG for everyone with any right to any use case."""
    names = dict.fromkeys(who for held in holders for who, access in held.items() if _has_any(access))
    return _kept((who, ("USE_CATALOG",)) for who in names)


def schema_grants(holders: Holders, layer: Layer) -> tuple[Grant, ...]:
    """Rights to the tables of `layer`."""
    return _kept((who, _layer_privileges(access, layer)) for who, access in holders.items())


def pipeline_tables_grants(
    makers: Iterable[str], roles: Mapping[str, Access], *, clear: Collection[str] | None
) -> tuple[Grant, ...]:
    """Rights to the schema of a use case's pipelines: `makers`, their principals, create the tables, and readers of
    silver and gold read them.

    The tables have the data of both layers, without masks. So if there are sensitive columns, only the groups in
    `clear` read them; None: there are no sensitive columns.
    """
    makes = ("USE_SCHEMA", "CREATE_MATERIALIZED_VIEW")
    readers = (who for who, access in roles.items() if access.silver and access.gold)
    return (
        *(Grant(principal=who, privileges=makes) for who in makers),
        *(
            Grant(principal=who, privileges=_DATA_PRIVILEGES[Data.READ])
            for who in readers
            if clear is None or who in clear
        ),
    )


def feature_spec_grants(holders: Holders) -> tuple[Grant, ...]:
    """The right of feature publishers to define the specifications that endpoints without a model serve."""
    return _kept((who, ("CREATE_FUNCTION",)) for who, access in holders.items() if access.features is Data.CREATE)


def prediction_grants(held: Mapping[str, Access]) -> tuple[Grant, ...]:
    """Rights to the table of predictions for principals that read nothing else of gold."""
    return _kept((who, ("SELECT",)) for who, access in held.items() if access.predictions and not access.gold)


def volume_grants(holders: Holders, volume: UseCaseVolume) -> tuple[Grant, ...]:
    """Rights to the files of `volume`."""
    held = ((who, volume.held_by(access)) for who, access in holders.items())
    return _kept((who, _FILE_PRIVILEGES[level]) for who, level in held if level)


def model_grants(holders: Holders) -> tuple[Grant, ...]:
    """Rights to the registered model, other than its owner's."""
    return _kept((who, _MODEL_PRIVILEGES[access.model]) for who, access in holders.items() if access.model)
