"""The stack `<env>-workspace`: the catalog with its schemas and volumes, the wheel, compute, and who may use them."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra import names
from infra.access.grants import (
    VOLUMES,
    Grant,
    Holders,
    UseCaseVolume,
    catalog_grants,
    merged,
    schema_grants,
    volume_grants,
)
from infra.access.holders import code_principals, holders, job_principals
from infra.access.masking import pipeline_grants
from infra.cdktf_seam import Scope
from infra.constructs.adopted.unity import AdoptedCatalogProps, adopted_catalog, adopted_location
from infra.constructs.alerting import DestinationProps, destination
from infra.constructs.catalog import CatalogOutputs, CatalogProps, isolated_catalog
from infra.constructs.cluster_policy import ClusterPolicyProps, cluster_policy
from infra.constructs.git_folder import GitFolderProps, git_folder
from infra.constructs.instance_pool import InstancePoolProps, instance_pool
from infra.constructs.lake import LakeOutputs, LakeProps, isolated_lake
from infra.constructs.permissions import Permission
from infra.constructs.schema import SchemaOutputs, SchemaProps, schema
from infra.constructs.secret_scope import SecretScopeProps, secret_scope
from infra.constructs.service_principals import service_principals
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.volume import VolumeProps, volume
from infra.constructs.warehouse import WarehouseProps, sql_warehouse
from infra.constructs.wheel_file import WheelFileProps, wheel_file
from infra.constructs.workspace_settings import WorkspaceSettingsProps, workspace_settings
from infra.jobs.compute import runtimes_of
from infra.jobs.declared import JobFactories, policy_users
from infra.release import Release
from infra.spec import CATALOG_ROOT, LAYER_CONTAINERS, Environment, KeyVault, Spec
from ml.declarations import Layer, Topic, UseCase


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What every part needs: `held` is access by use case, `jobs` the application ids of the jobs with code,
    `monitors` those of the monitoring jobs among them by use case, `topic_readers` those of the ingest jobs that read
    topics, `policy_users` those whose jobs name a policy,
    `principal_names` the names of all by application id.
    """

    stack: Scope
    spec: Spec
    environment: Environment
    owner: str
    held: Mapping[str, Holders]
    jobs: tuple[str, ...]
    monitors: Mapping[str, str]
    topic_readers: Mapping[str, str]
    policy_users: Mapping[str, tuple[str, ...]]
    principal_names: Mapping[str, str]
    lake: LakeOutputs


def workspace_stack(app: Scope, spec: Spec, environment: Environment, release: Release, jobs: JobFactories) -> None:
    """Everything of an environment that comes before its jobs."""
    props = StackProps(
        platform=spec.platform,
        host=environment.workspace.url,
        environment=environment.name,
        protect=environment.protect_data,
    )
    stack = databricks_stack(app, f"{environment.name}-workspace", props)
    principals = service_principals(stack, job_principals(environment))
    owner = names.owners(environment.name)
    storage = LakeProps(
        name=names.lake(environment.name),
        lake=spec.lake_of(environment),
        containers=spec.own_containers_of(environment),
        owner=owner,
    )
    parts = _Parts(
        stack=stack,
        spec=spec,
        environment=environment,
        owner=owner,
        held={name: holders(spec, environment, name, principals) for name in environment.use_cases},
        jobs=tuple(principals[name] for name in code_principals(spec, environment)),
        monitors={
            name: principals[names.principal(environment.name, name, "monitoring")]
            for name, values in environment.use_cases.items()
            if values.jobs.monitoring
        },
        topic_readers={
            name: principals[names.principal(environment.name, name, "ingest")]
            for name, values in environment.use_cases.items()
            if values.jobs.ingest and any(isinstance(feed.source, Topic) for feed in spec.use_cases[name].feeds)
        },
        policy_users={
            policy: tuple(principals[name] for name in users)
            for policy, users in policy_users(spec, environment, release.git_commit, jobs).items()
        },
        principal_names={application_id: name for name, application_id in principals.items()},
        lake=_lake(stack, spec, environment, storage),
    )
    catalog = _catalog(parts)
    _platform_schema(parts, catalog, release)
    for name in environment.use_cases:
        _use_case(parts, catalog, spec.use_cases[name])
    _compute(parts)
    settings = WorkspaceSettingsProps(
        security=environment.security,
        default_catalog=environment.catalog,
        token_users=(names.owners(environment.name), *environment.security.token_users),
    )
    _workspace(parts, settings, spec.key_vault_of(environment))


def _lake(stack: Scope, spec: Spec, environment: Environment, storage: LakeProps) -> LakeOutputs:
    """The locations of all containers: made, or adopted."""
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


def _catalog(parts: _Parts) -> CatalogOutputs:
    environment = parts.environment
    used = dict.fromkeys((*(grant.principal for grant in catalog_grants(parts.held.values())), *parts.jobs))
    held = tuple(Grant(principal=who, privileges=("USE_CATALOG",)) for who in used)
    if environment.adopt.catalog:
        # A grant is all that one principal holds: ours would take from the owners what the catalog's owner gave them.
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


def _platform_schema(parts: _Parts, catalog: CatalogOutputs, release: Release) -> None:
    """The schema of no use case, with the volume of wheels that every job loads its code from."""
    made = schema(
        parts.stack,
        names.PLATFORM_SCHEMA,
        SchemaProps(
            catalog=catalog.name,
            name=names.PLATFORM_SCHEMA,
            comment="What no use case owns: the jobs' code.",
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


def _use_case(parts: _Parts, catalog: CatalogOutputs, use_case: UseCase) -> None:
    """A schema per layer, and the volumes in it."""
    held = parts.held[use_case.name]
    for layer in Layer:
        name, container = names.schema(use_case.name, layer), LAYER_CONTAINERS.get(layer)
        props = SchemaProps(
            catalog=catalog.name,
            name=name,
            comment=f"{use_case.comment} Layer {layer}.",
            owner=parts.owner,
            grants=merged(
                (*schema_grants(held, layer), *pipeline_grants(parts.spec, parts.environment, use_case.name, layer))
            ),
            after=(catalog.binding, *((parts.lake.locations[container],) if container else ())),
            storage_root=f"{parts.lake.urls[container]}{parts.environment.catalog}/{name}" if container else None,
        )
        made = schema(parts.stack, name, props)
        for declared in VOLUMES:
            if declared.layer is layer:
                _volume(parts, use_case, declared, made)


def _volume(parts: _Parts, use_case: UseCase, declared: UseCaseVolume, schema_made: SchemaOutputs) -> None:
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


def _compute(parts: _Parts) -> None:
    """Cluster policies, which the jobs and the named groups may use, and the SQL warehouse."""
    environment = parts.environment
    for name, limits in environment.policies.items():
        props = ClusterPolicyProps(
            name=names.policy(name),
            description=f"Clusters of the jobs and of {', '.join(limits.can_use) or 'nobody else'}.",
            limits=limits,
            tags=(("environment", environment.name),),
            permissions=(
                *(Permission(level="CAN_USE", service_principal=who) for who in parts.policy_users.get(name, ())),
                *(Permission(level="CAN_USE", group=group) for group in limits.can_use),
            ),
        )
        cluster_policy(parts.stack, f"policy-{name}", props)
    for name, pool in environment.pools.items():
        pool_props = InstancePoolProps(
            name=names.policy(name),
            limits=pool,
            tags={"environment": environment.name},
            permissions=tuple(Permission(level="CAN_ATTACH_TO", group=group) for group in pool.can_attach),
        )
        instance_pool(parts.stack, f"pool-{name}", pool_props)
    _warehouse(parts)


def _workspace(parts: _Parts, settings: WorkspaceSettingsProps, vault: KeyVault) -> None:
    """What belongs to the workspace itself: its settings, its secrets, its Git folder."""
    environment = parts.environment
    workspace_settings(parts.stack, settings)
    readers = {f"{use_case}-monitoring": who for use_case, who in parts.monitors.items()}
    readers |= {f"{use_case}-ingest": who for use_case, who in parts.topic_readers.items()}
    scope = SecretScopeProps(name=names.secret_scope(environment.name), vault=vault, readers=readers)
    secret_scope(parts.stack, "secrets", scope)
    if environment.git_folder:
        git_folder(parts.stack, "git-folder", GitFolderProps(path=names.git_folder(), folder=environment.git_folder))


def _warehouse(parts: _Parts) -> None:
    """The SQL warehouse, and who is told when something is wrong."""
    environment = parts.environment
    props = WarehouseProps(
        name=names.warehouse(environment.name),
        limits=environment.warehouse,
        permissions=(
            *(Permission(level="CAN_USE", group=group) for group in environment.warehouse.can_use),
            # The alerts of phase two ask as this principal.
            *(Permission(level="CAN_USE", service_principal=who) for who in parts.monitors.values()),
        ),
    )
    sql_warehouse(parts.stack, "warehouse", props)
    told = DestinationProps(name=names.destination(environment.name), emails=environment.notify)
    destination(parts.stack, "on-call", told)
