"""Data of the stack `<env>-workspace`: the lake, the catalog, its schemas and volumes, and the wheel."""

from infra import names
from infra.access.grants import (
    Grant,
    UseCaseVolume,
    catalog_grants,
    feature_spec_grants,
    merged,
    pipeline_tables_grants,
    schema_grants,
    volume_grants,
    volumes_of,
)
from infra.access.masking import clear_readers, pipeline_grants
from infra.access.mirrors import mirror_grants, mirrored, reading_environments
from infra.cdktf_seam import Scope
from infra.constructs.adopted.unity import AdoptedCatalogProps, adopted_catalog, adopted_location
from infra.constructs.unity_catalog.catalog import CatalogOutputs, CatalogProps, isolated_catalog
from infra.constructs.unity_catalog.lake import LakeOutputs, LakeProps, isolated_lake
from infra.constructs.unity_catalog.schema import SchemaOutputs, SchemaProps, schema
from infra.constructs.unity_catalog.volume import VolumeProps, volume
from infra.constructs.workspace.wheel_file import WheelFileProps, wheel_file
from infra.jobs.compute import runtimes_of
from infra.jobs.declared import pipelined
from infra.release import Release
from infra.spec import CATALOG_ROOT, LAYER_CONTAINERS, Environment, Spec
from infra.stacks.workspace_parts import Parts
from ml.declarations import Layer, UseCase, hidden_columns
from ml.declarations.pipelined import pipeline_schema


def lake(stack: Scope, spec: Spec, environment: Environment, storage: LakeProps) -> LakeOutputs:
    """The locations of all containers: created, or adopted."""
    made = isolated_lake(stack, "lake", storage)
    account = spec.places_of(environment).lake_account
    adopted = {
        container: adopted_location(stack, f"lake-{container}-location", name, account)
        for container, name in environment.adopt.locations.names.items()
    }
    return LakeOutputs(
        locations={**made.locations, **{name: location for name, (location, _) in adopted.items()}},
        urls={**made.urls, **{name: url for name, (_, url) in adopted.items()}},
    )


def catalog(parts: Parts) -> CatalogOutputs:
    """The catalog of the environment, created or adopted, and the rights to enter it."""
    environment = parts.environment
    used = dict.fromkeys((*(grant.principal for grant in catalog_grants(parts.held.values())), *parts.jobs))
    held = tuple(Grant(principal=who, privileges=("USE_CATALOG",)) for who in used)
    if environment.adopt.catalog:
        # A grant sets all rights of one principal: ours would revoke what the catalog's owner granted to the owners.
        others = [grant for grant in held if grant.principal != parts.owner]
        by_name = {parts.principal_names.get(grant.principal, grant.principal): grant for grant in others}
        adopted = AdoptedCatalogProps(name=environment.adopt.catalog, grants=by_name)
        return adopted_catalog(parts.stack, "catalog", adopted)
    props = CatalogProps(
        name=environment.catalog,
        storage_root=f"{parts.lake.urls[CATALOG_ROOT]}{environment.catalog}",
        location=parts.lake.locations[CATALOG_ROOT],
        comment=f"Everything of the environment {environment.name}.",
        owner=parts.owner,
        workspace_id=environment.workspace.id,
        readers=tuple((reader.name, reader.workspace.id) for reader in parts.spec.readers_of(environment)),
        grants=held,
    )
    return isolated_catalog(parts.stack, "catalog", props)


def mirror(parts: Parts) -> None:
    """The catalog of the redacted mirror, if there is one: a schema per use case, visible only to its readers."""
    spec, environment = parts.spec, parts.environment
    held = {name: mirror_grants(spec, environment, name, parts.principals) for name in mirrored(environment)}
    if not held:
        return
    name = names.mirror_catalog(environment.catalog)
    used = dict.fromkeys(grant.principal for grants in held.values() for grant in grants)
    props = CatalogProps(
        name=name,
        storage_root=f"{parts.lake.urls[CATALOG_ROOT]}{name}",
        location=parts.lake.locations[CATALOG_ROOT],
        comment=f"Gold of the environment {environment.name} without persons, for those who develop with it.",
        owner=parts.owner,
        workspace_id=environment.workspace.id,
        readers=tuple((reader.name, reader.workspace.id) for reader in reading_environments(spec, environment)),
        grants=tuple(Grant(principal=who, privileges=("USE_CATALOG",)) for who in used),
    )
    made = isolated_catalog(parts.stack, "mirror", props)
    for use_case, grants in held.items():
        of_gold = SchemaProps(
            catalog=made.name,
            name=names.schema(use_case, Layer.GOLD),
            comment=f"{parts.spec.use_cases[use_case].comment} Gold, redacted.",
            owner=parts.owner,
            grants=grants,
            after=(made.binding,),
        )
        schema(parts.stack, f"mirror-{names.schema(use_case, Layer.GOLD)}", of_gold)


def platform_schema(parts: Parts, catalog: CatalogOutputs, release: Release) -> None:
    """The schema of no use case, with the volume of wheels from which every job loads its code."""
    made = schema(
        parts.stack,
        names.PLATFORM_SCHEMA,
        SchemaProps(
            catalog=catalog.name,
            name=names.PLATFORM_SCHEMA,
            comment="Shared by all use cases: the jobs' code.",
            owner=parts.owner,
            grants=tuple(Grant(principal=who, privileges=("USE_SCHEMA",)) for who in parts.jobs),
            after=(catalog.binding,),
        ),
    )
    wheels = volume(
        parts.stack,
        names.WHEEL_VOLUME,
        VolumeProps(
            catalog=catalog.name,
            schema=made.name,
            name=names.WHEEL_VOLUME,
            comment="The jobs' code, one folder per content hash.",
            owner=parts.owner,
            grants=tuple(Grant(principal=who, privileges=("READ_VOLUME",)) for who in parts.jobs),
        ),
    )
    needed = {key for runtime in runtimes_of(parts.environment) if (key := runtime.key) in release.libraries}
    travelling = {wheel.sha256: wheel for key in sorted(needed) for wheel in release.libraries[key]}
    ids = {f"library-{wheel.path.name.split('-')[0]}-{sha256[:8]}": wheel for sha256, wheel in travelling.items()}
    for id_, wheel in {"wheel": release.wheel, **ids}.items():
        path = names.wheel_path(parts.environment.catalog, wheel.sha256, wheel.path.name)
        wheel_file(parts.stack, id_, WheelFileProps(wheel=wheel, path=path, volume=wheels.volume))


def use_case_data(parts: Parts, catalog: CatalogOutputs, use_case: UseCase) -> None:
    """A schema per layer, and their volumes."""
    held = parts.held[use_case.name]
    for layer in Layer:
        name, container = names.schema(use_case.name, layer), LAYER_CONTAINERS.get(layer)
        specifies = layer is Layer.FEATURES and use_case.feature_serving
        props = SchemaProps(
            catalog=catalog.name,
            name=name,
            comment=f"{use_case.comment} Layer {layer}.",
            owner=parts.owner,
            grants=merged(
                (
                    *schema_grants(held, layer),
                    *(feature_spec_grants(held) if specifies else ()),
                    *pipeline_grants(parts.spec, parts.environment, use_case.name, layer),
                )
            ),
            after=(catalog.binding, *((parts.lake.locations[container],) if container else ())),
            storage_root=f"{parts.lake.urls[container]}{parts.environment.catalog}/{name}" if container else None,
        )
        made = schema(parts.stack, name, props)
        for declared in volumes_of(use_case):
            if declared.layer is layer:
                _volume(parts, use_case, declared, made)
    if use_case.name in pipelined(parts.environment):
        _pipeline_schema(parts, catalog, use_case)


def _pipeline_schema(parts: Parts, catalog: CatalogOutputs, use_case: UseCase) -> None:
    """The schema of the tables of the use case's declarative pipelines. It is stored with the catalog."""
    name, environment = pipeline_schema(use_case.name), parts.environment
    ids = {display: application_id for application_id, display in parts.principal_names.items()}
    stages = ("ingest", *(("monitoring",) if environment.use_cases[use_case.name].jobs.monitoring else ()))
    seen = clear_readers(parts.spec, environment, use_case.name) if hidden_columns(use_case) else None
    props = SchemaProps(
        catalog=catalog.name,
        name=name,
        comment=f"{use_case.comment} Made by its declarative pipelines.",
        owner=parts.owner,
        grants=pipeline_tables_grants(
            [ids[names.principal(environment.name, use_case.name, stage)] for stage in stages],
            environment.use_cases[use_case.name].access,
            clear=seen,
        ),
        after=(catalog.binding,),
    )
    schema(parts.stack, name, props)


def _volume(parts: Parts, use_case: UseCase, declared: UseCaseVolume, schema_made: SchemaOutputs) -> None:
    container = declared.container
    props = VolumeProps(
        catalog=parts.environment.catalog,
        schema=schema_made.name,
        name=declared.name,
        comment=f"{use_case.name}: {declared.comment}",
        owner=parts.owner,
        grants=volume_grants(parts.held[use_case.name], declared),
        storage_location=f"{parts.lake.urls[container]}{use_case.name}" if container else None,
        location=parts.lake.locations[container] if container else None,
    )
    volume(parts.stack, f"{use_case.name}_{declared.name}", props)
