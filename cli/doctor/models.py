"""The live version: the same by alias and on the endpoint."""

from collections.abc import Iterator

from cli.doctor.check import Fault, NotAskedError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from cli.doctor.rights import model_name, models
from ml.declarations import Model


def served(deployed: DeployedEnvironment) -> list[tuple[str, Model, str]]:
    """The models served here: use case, model, endpoint. Raises NotAskedError if there are none."""
    found = [
        (use_case, model, model.serving.endpoint)
        for use_case, model in models(deployed)
        if model.serving and deployed.environment.use_cases[use_case].serving
    ]
    if not found:
        raise NotAskedError("no use case serves in this environment")
    return found


def champion(deployed: DeployedEnvironment, use_case: str, model: Model) -> str | None:
    """The live version by its alias."""
    name = model_name(deployed, use_case, model)
    listed = deployed.workspace.registered_models.get(name, include_aliases=True).aliases or []
    return next((str(each.version_num) for each in listed if each.alias_name == "champion"), None)


@check
def every_live_model_has_its_endpoint(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Serving is phase two: it is deployed once a version is live."""
    found = {str(each.name) for each in deployed.workspace.serving_endpoints.list()}
    for use_case, model, name in served(deployed):
        if name not in found and champion(deployed, use_case, model):
            fix = f"make deploy ENV={deployed.environment.name} SERVING=1"
            yield Fault(subject=name, wrong="does not exist, and a version is live", fix=fix)


@check
def the_endpoint_serves_the_champion(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Batch scoring follows the alias, and callers the endpoint."""
    found = {str(each.name) for each in deployed.workspace.serving_endpoints.list()}
    for use_case, model, name in served(deployed):
        live = champion(deployed, use_case, model)
        if name not in found:
            continue
        config = deployed.workspace.serving_endpoints.get(name).config
        versions = [str(each.entity_version) for each in (config.served_entities or [])] if config else []
        # Next to the live version, another may be on trial.
        tried = bool(model.serving and model.serving.challenger_percent) and len(versions) == 2 and live in versions
        if versions != [live] and not tried:
            wrong = f"serves version {', '.join(versions) or 'none'}, @champion is {live or 'none'}"
            fix = "run the promotion job again, or mlops rollback, which changes both"
            yield Fault(subject=name, wrong=wrong, fix=fix)


CHECKS = (every_live_model_has_its_endpoint, the_endpoint_serves_the_champion)
