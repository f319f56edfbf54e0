"""The required state after a release: the checks of `mlops doctor` that concern it, and three of its own."""

from collections.abc import Iterator

from cli.doctor import jobs, models, rights
from cli.doctor.check import Check, Fault, check
from cli.doctor.deployed_environment import DeployedEnvironment
from cli.doctor.jobs import wheels
from cli.doctor.models import champion, served
from cli.models import handle


@check
def every_job_runs_the_wheel_of_this_checkout(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A wheel's folder is named by its content, and so is a build of the checkout."""
    from infra.wheel import build_wheel  # noqa: PLC0415 - other commands build no wheel

    wanted = build_wheel().sha256
    for path, named in wheels(deployed).items():
        if "/mlops_ml-" in path and wanted not in path:
            fix = f"make deploy ENV={deployed.environment.name}"
            yield Fault(subject=", ".join(sorted(named)), wrong=f"runs {path}, not the build {wanted[:12]}…", fix=fix)


@check
def a_version_is_live_wherever_one_is_served(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Training and its gates come before serving."""
    for use_case, model, _ in served(deployed):
        if champion(deployed, use_case, model) is None:
            fix = f"run make train ENV={deployed.environment.name}, and read why its gates refuse"
            subject = handle(deployed.spec.use_cases[use_case], model)
            yield Fault(subject=subject, wrong="has no version with the alias champion", fix=fix)


@check
def every_endpoint_answers(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """It is ready, and refuses a request without a key: the pipeline may read no row for a real request."""
    from databricks.sdk.errors import BadRequest, InvalidParameterValue  # noqa: PLC0415 - takes half a second
    from databricks.sdk.errors.base import DatabricksError  # noqa: PLC0415

    found = {str(each.name) for each in deployed.workspace.serving_endpoints.list()}
    for _, _, name in served(deployed):
        fix = f"read the endpoint's log, then make deploy ENV={deployed.environment.name} SERVING=1"
        if name not in found:
            yield Fault(subject=name, wrong="does not exist", fix=fix)
            continue
        state = deployed.workspace.serving_endpoints.get(name).state
        ready = state.ready.value if state and state.ready else "of unknown state"
        if ready != "READY":
            yield Fault(subject=name, wrong=f"is {ready}", fix=fix)
            continue
        try:
            deployed.workspace.serving_endpoints.query(name, dataframe_records=[{}])
        except (BadRequest, InvalidParameterValue):
            continue
        except DatabricksError as error:
            yield Fault(subject=name, wrong=f"answers {error.error_code}: {error}", fix=fix)


CHECKS: tuple[Check, ...] = (
    *jobs.CHECKS,
    every_job_runs_the_wheel_of_this_checkout,
    a_version_is_live_wherever_one_is_served,
    *models.CHECKS,
    every_endpoint_answers,
)


def live(deployed: DeployedEnvironment) -> dict[str, str | None]:
    """The live version of each model, by its name in commands; None if it has none yet, or is not deployed."""
    from databricks.sdk.errors import NotFound  # noqa: PLC0415 - takes half a second

    found: dict[str, str | None] = {}
    for use_case, model in rights.models(deployed):
        name = handle(deployed.spec.use_cases[use_case], model)
        try:
            found[name] = champion(deployed, use_case, model)
        except NotFound:
            found[name] = None
    return found
