"""Metastore, catalog, storage: they exist, in the right place, visible to the right workspaces."""

from collections.abc import Iterator

from cli.doctor.check import Fault, UnknownAnswerError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names
from infra.access.grants import volumes_of
from ml.usecases import USE_CASES

_DEPLOY = "deploy the stack {env}-workspace"


def _deploy(deployed: DeployedEnvironment) -> str:
    return _DEPLOY.format(env=deployed.environment.name)


@check
def the_metastore_is_of_the_region(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A workspace has the metastore of its own region, or none."""
    found, wanted = deployed.workspace.metastores.summary(), deployed.spec.platform.azure.region
    if not found.region:
        raise UnknownAnswerError("the metastore does not report its region")
    if found.region != wanted:
        fix = "assign the metastore of azure.region: deploy account"
        yield Fault(subject=str(found.name), wrong=f"is the metastore of {found.region}, not {wanted}", fix=fix)


@check
def the_catalog_is_isolated(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Only named workspaces see it."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    try:
        found = deployed.workspace.catalogs.get(deployed.catalog)
    except NotFound:
        yield Fault(
            subject=deployed.catalog, wrong="does not exist as a catalog of the workspace", fix=_deploy(deployed)
        )
        return
    mode = found.isolation_mode.value if found.isolation_mode else None
    if mode is None:
        raise UnknownAnswerError(f"the catalog {deployed.catalog} does not report its isolation mode")
    if mode != "ISOLATED":
        fix = f"{_deploy(deployed)}; of an adopted one, ask its owner"
        yield Fault(subject=deployed.catalog, wrong=f"has isolation_mode {mode}", fix=fix)


@check
def the_catalog_belongs_to_the_owners(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """An owner can grant, and a person leaves some day. An adopted catalog keeps its own owner."""
    owner, wanted = deployed.workspace.catalogs.get(deployed.catalog).owner, names.owners(deployed.environment.name)
    if owner != wanted and not deployed.environment.adopt.catalog:
        fix = f"ALTER CATALOG {deployed.catalog} OWNER TO `{wanted}`"
        yield Fault(subject=deployed.catalog, wrong=f"is owned by {owner}, not by {wanted}", fix=fix)


@check
def the_catalog_is_bound_as_declared(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Its own workspace can write, its readers' workspaces can read, and no other sees it."""
    listed = deployed.workspace.workspace_bindings.get_bindings("catalog", deployed.catalog)
    found = {each.workspace_id: each.binding_type.value if each.binding_type else "" for each in listed}
    wanted = {each.workspace.id: "BINDING_TYPE_READ_ONLY" for each in deployed.spec.readers_of(deployed.environment)}
    wanted[deployed.environment.workspace.id] = "BINDING_TYPE_READ_WRITE"
    for workspace in sorted(wanted.keys() | {key for key in found if key is not None}):
        if found.get(workspace) != wanted.get(workspace):
            yield Fault(
                subject=f"{deployed.catalog} in workspace {workspace}",
                wrong=f"is bound {found.get(workspace, 'not at all')}, declared {wanted.get(workspace, 'not at all')}",
                fix=f"{_deploy(deployed)}; of an adopted one, ask its owner",
            )


@check
def every_schema_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """One per layer of every use case, and the schema of the wheels."""
    found = {str(each.name) for each in deployed.workspace.schemas.list(deployed.catalog)}
    for name in deployed.schemas:
        if name not in found:
            yield Fault(subject=f"{deployed.catalog}.{name}", wrong="does not exist", fix=_deploy(deployed))


@check
def every_volume_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Landing, alerts, checkpoints, scratch and the wheels; exports, if predictions are written as files."""
    wanted = [(names.PLATFORM_SCHEMA, names.WHEEL_VOLUME)]
    wanted += [
        (names.schema(use_case, volume.layer), volume.name)
        for use_case in deployed.environment.use_cases
        for volume in volumes_of(USE_CASES[use_case])
    ]
    schemas = {str(each.name) for each in deployed.workspace.schemas.list(deployed.catalog)}
    for schema, name in wanted:
        listed = deployed.workspace.volumes.list(deployed.catalog, schema) if schema in schemas else ()
        if name not in {str(each.name) for each in listed}:
            yield Fault(subject=f"{deployed.catalog}.{schema}.{name}", wrong="does not exist", fix=_deploy(deployed))


@check
def the_credential_is_the_connectors(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Unity Catalog accesses the lake as the environment's access connector."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    name, wanted = (
        names.lake(deployed.environment.name),
        deployed.spec.lake_of(deployed.environment).access_connector_id,
    )
    if not deployed.spec.own_containers_of(deployed.environment):
        return
    try:
        identity = deployed.workspace.storage_credentials.get(name).azure_managed_identity
    except NotFound:
        yield Fault(subject=name, wrong="does not exist as a storage credential", fix=_deploy(deployed))
        return
    if identity is None or identity.access_connector_id.lower() != wanted.lower():
        given = identity.access_connector_id if identity else "no managed identity"
        yield Fault(subject=name, wrong=f"is {given}, not {wanted}", fix=_deploy(deployed))


@check
def every_location_leads_to_the_lake(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """One per container, created or adopted, in the environment's storage account."""
    adopted = deployed.environment.adopt.locations.names
    account = deployed.spec.lake_of(deployed.environment).storage_account
    made = {
        container: f"{names.lake(deployed.environment.name)}-{container}"
        for container in deployed.spec.own_containers_of(deployed.environment)
    }
    found = {str(each.name): str(each.url) for each in deployed.workspace.external_locations.list()}
    for name in (made | adopted).values():
        if name not in found:
            yield Fault(subject=name, wrong="does not exist as an external location", fix=_deploy(deployed))
        elif f"@{account}.dfs.core.windows.net" not in found[name]:
            fix = f"{_deploy(deployed)}; of an adopted one, correct adopt.locations or adopt.lake"
            yield Fault(subject=name, wrong=f"points to {found[name]}, not to {account}", fix=fix)


CHECKS = (
    the_metastore_is_of_the_region,
    the_catalog_is_isolated,
    the_catalog_belongs_to_the_owners,
    the_catalog_is_bound_as_declared,
    every_schema_exists,
    every_volume_exists,
    the_credential_is_the_connectors,
    every_location_leads_to_the_lake,
)
