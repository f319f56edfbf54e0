"""Whether every principal holds the declared rights. Extra rights are not checked here: see `mlops access`."""

from collections.abc import Iterable, Iterator, Mapping

from cli.doctor.check import Fault, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names
from infra.access.grants import Grant, Holders, catalog_grants, model_grants, schema_grants, volume_grants, volumes_of
from infra.access.holders import holders
from ml.declarations import Layer, Model
from ml.usecases import USE_CASES


def _held(deployed: DeployedEnvironment) -> Mapping[str, Holders]:
    """Access by use case."""
    return {
        name: holders(deployed.spec, deployed.environment, name, deployed.job_principals)
        for name in deployed.environment.use_cases
    }


def _missing(deployed: DeployedEnvironment, kind: str, name: str, wanted: Iterable[Grant]) -> Iterator[Fault]:
    """The `wanted` privileges that are not granted on the securable."""
    # By path: the SDK drops privileges that its enum lacks, such as CREATE_MODEL_VERSION.
    path = f"/api/2.1/unity-catalog/permissions/{kind}/{name}"
    answer = deployed.workspace.api_client.do("GET", path)
    rows = answer.get("privilege_assignments", []) if isinstance(answer, dict) else []
    held = {str(row["principal"]): set(row.get("privileges", [])) for row in rows}
    people = {application_id: name for name, application_id in deployed.job_principals.items()}
    for grant in wanted:
        lacking = sorted(set(grant.privileges) - held.get(grant.principal, set()))
        if lacking:
            who = people.get(grant.principal, grant.principal)
            fix = f"deploy the stacks of {deployed.environment.name}, which grant it"
            yield Fault(subject=who, wrong=f"lacks {', '.join(lacking)} on {kind} {name}", fix=fix)


@check
def everyone_reaches_the_catalog(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """USE_CATALOG, without which no other right is effective."""
    yield from _missing(deployed, "catalog", deployed.catalog, catalog_grants(_held(deployed).values()))


@check
def everyone_holds_the_schemas(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """The rights to the tables of each layer."""
    for use_case, held in _held(deployed).items():
        for layer in Layer:
            yield from _missing(deployed, "schema", deployed.schema(use_case, layer), schema_grants(held, layer))


@check
def everyone_holds_the_volumes(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """The rights to files."""
    for use_case, held in _held(deployed).items():
        for volume in volumes_of(USE_CASES[use_case]):
            name = f"{deployed.schema(use_case, volume.layer)}.{volume.name}"
            yield from _missing(deployed, "volume", name, volume_grants(held, volume))


@check
def every_model_belongs_to_promotion(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Only an owner can move an alias."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    for use_case, model in models(deployed):
        name = model_name(deployed, use_case, model)
        promotion = names.principal(deployed.environment.name, use_case, "promotion")
        try:
            owner = deployed.workspace.registered_models.get(name).owner
        except NotFound:
            fix = f"deploy the stack {deployed.environment.name}-ml"
            yield Fault(subject=name, wrong="does not exist as a registered model", fix=fix)
            continue
        if owner not in (promotion, deployed.job_principals.get(promotion)):
            fix = f"deploy the stack {deployed.environment.name}-ml, which gives it to {promotion}"
            yield Fault(subject=name, wrong=f"is owned by {owner}, so {promotion} cannot promote", fix=fix)


@check
def everyone_holds_the_models(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """EXECUTE, and for training CREATE_MODEL_VERSION."""
    held = _held(deployed)
    for use_case, model in models(deployed):
        yield from _missing(deployed, "function", model_name(deployed, use_case, model), model_grants(held[use_case]))


def models(deployed: DeployedEnvironment) -> Iterator[tuple[str, Model]]:
    """Every model of the environment, with its use case."""
    for use_case in deployed.environment.use_cases:
        for model in deployed.spec.use_cases[use_case].models:
            yield use_case, model


def model_name(deployed: DeployedEnvironment, use_case: str, model: Model) -> str:
    """Full name of a registered model."""
    return f"{deployed.schema(use_case, Layer.OPS)}.{model.name}"


CHECKS = (
    everyone_reaches_the_catalog,
    everyone_holds_the_schemas,
    everyone_holds_the_volumes,
    every_model_belongs_to_promotion,
    everyone_holds_the_models,
)
