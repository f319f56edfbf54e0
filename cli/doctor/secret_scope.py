"""The secret scope, the secrets that jobs read from it, and who may read them."""

from collections.abc import Iterator

from cli.doctor.check import Fault, NotAskedError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names
from infra.spec import Jobs
from ml.declarations import Topic, UseCase

# Databricks' own names for the secrets of a workspace's default package repository.
_REPOSITORIES, _INDEX = "databricks-package-management", "pip-index-url"


@check
def the_secret_scope_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """It exposes the environment's key vault to the jobs."""
    name = names.secret_scope(deployed.environment.name)
    if name not in {each.name for each in deployed.workspace.secrets.list_scopes()}:
        fix = f"deploy the stack {deployed.environment.name}-rights, as a person with a role on the vault"
        yield Fault(subject=name, wrong="does not exist as a secret scope of the workspace", fix=fix)


@check
def monitoring_may_read_secrets(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Its webhook is a secret."""
    scope = names.secret_scope(deployed.environment.name)
    held = {str(each.principal) for each in deployed.workspace.secrets.list_acls(scope)}
    for use_case, values in deployed.environment.use_cases.items():
        name = names.principal(deployed.environment.name, use_case, "monitoring")
        if values.jobs.monitoring and not held & {name, deployed.job_principals[name]}:
            fix = f"deploy the stack {deployed.environment.name}-workspace"
            yield Fault(subject=name, wrong=f"may not read the scope {scope}", fix=fix)


@check
def every_secret_of_the_jobs_is_in_the_vault(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Webhooks, mail servers, sign-ins of topics and sinks. People put them there: no stack contains a secret."""
    scope = names.secret_scope(deployed.environment.name)
    named = dict.fromkeys(
        secret
        for name, values in deployed.environment.use_cases.items()
        for secret in _read_by_jobs(deployed.spec.use_cases[name], values.jobs, scope)
    )
    if not named:
        raise NotAskedError("no job reads a secret")
    held: dict[str, set[str]] = {}
    for secret in named:
        scope, _, key = secret.partition("/")
        if scope not in held:
            held[scope] = {str(each.key) for each in deployed.workspace.secrets.list_secrets(scope)}
        if key not in held[scope]:
            vault = deployed.spec.places_of(deployed.environment).key_vault
            fix = f"az keyvault secret set --vault-name {vault} --name {key} --file <file>"
            yield Fault(subject=secret, wrong="does not exist as a secret of the scope", fix=fix)


def _read_by_jobs(use_case: UseCase, jobs: Jobs, scope: str) -> Iterator[str]:
    """`scope/key` of each secret that the running jobs read. Pure."""
    if jobs.monitoring:
        yield from filter(None, (jobs.monitoring.webhook_secret, jobs.monitoring.mail_secret))
    topics = [feed.source for feed in use_case.feeds if isinstance(feed.source, Topic)] if jobs.ingest else []
    sinks = [sink for model in use_case.models for sink in model.sinks] if jobs.scoring else []
    for place in (*topics, *sinks):
        yield from (f"{scope}/{key}" for key in place.secret_keys.values())


@check
def the_package_index_can_be_asked(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """An index with a sign-in is the workspace's default package repository, whose URL people keep in a secret."""
    index = deployed.environment.security.package_index
    if index is None or index.sign_in != "workspace":
        raise NotAskedError("no package_index requires a sign-in")
    scopes = {each.name for each in deployed.workspace.secrets.list_scopes()}
    listed = deployed.workspace.secrets.list_secrets(_REPOSITORIES) if _REPOSITORIES in scopes else ()
    if _INDEX not in {each.key for each in listed}:
        fix = f"databricks secrets put-secret {_REPOSITORIES} {_INDEX}, with the index's URL and its sign-in"
        yield Fault(
            subject=f"{_REPOSITORIES}/{_INDEX}",
            wrong=f"does not exist as a secret, and {index.host} needs one",
            fix=fix,
        )


CHECKS = (
    the_secret_scope_exists,
    monitoring_may_read_secrets,
    every_secret_of_the_jobs_is_in_the_vault,
    the_package_index_can_be_asked,
)
