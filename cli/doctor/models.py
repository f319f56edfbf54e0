"""The live version: the same by alias and on the endpoint."""

from collections.abc import Iterator

from cli.doctor.check import Fault, NotAskedError, check
from cli.doctor.patient import Patient
from cli.doctor.rights import model_name


def served(patient: Patient) -> list[str]:
    """The use cases that serve here. Raises NotAskedError if none does."""
    found = [name for name, values in patient.environment.use_cases.items() if values.serving]
    if not found:
        raise NotAskedError("no use case serves in this environment")
    return found


def endpoint(patient: Patient, use_case: str) -> str:
    """The name of its endpoint. Raises NotAskedError if it declares none."""
    serving = patient.spec.use_cases[use_case].model.serving
    if serving is None:
        raise NotAskedError(f"{use_case} declares no serving")
    return serving.endpoint


def champion(patient: Patient, use_case: str) -> str | None:
    """The live version by its alias."""
    listed = patient.workspace.registered_models.get(model_name(patient, use_case), include_aliases=True).aliases or []
    return next((str(each.version_num) for each in listed if each.alias_name == "champion"), None)


@check
def every_live_model_has_its_endpoint(patient: Patient) -> Iterator[Fault]:
    """Serving is phase two: it is deployed once a version is live."""
    found = {str(each.name) for each in patient.workspace.serving_endpoints.list()}
    for use_case in served(patient):
        name = endpoint(patient, use_case)
        if name not in found and champion(patient, use_case):
            fix = f"make deploy ENV={patient.environment.name} SERVING=1"
            yield Fault(subject=name, wrong="does not exist, and a version is live", fix=fix)


@check
def the_endpoint_serves_the_champion(patient: Patient) -> Iterator[Fault]:
    """Batch scoring goes by the alias, and callers by the endpoint."""
    found = {str(each.name) for each in patient.workspace.serving_endpoints.list()}
    for use_case in served(patient):
        name, live = endpoint(patient, use_case), champion(patient, use_case)
        if name not in found:
            continue
        config = patient.workspace.serving_endpoints.get(name).config
        versions = [str(each.entity_version) for each in (config.served_entities or [])] if config else []
        if versions != [live]:
            wrong = f"serves version {', '.join(versions) or 'none'}, @champion is {live or 'none'}"
            fix = "run the promotion job again, or mlops rollback, which changes both"
            yield Fault(subject=name, wrong=wrong, fix=fix)


CHECKS = (every_live_model_has_its_endpoint, the_endpoint_serves_the_champion)
