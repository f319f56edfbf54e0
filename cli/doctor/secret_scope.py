"""The secret scope, what jobs read from it, and who may."""

from collections.abc import Iterator

from cli.doctor.check import Fault, NotAskedError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names

# Databricks' own names of a workspace's default package repository.
_REPOSITORIES, _INDEX = "databricks-package-management", "pip-index-url"


@check
def the_secret_scope_exists(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """It shows the environment's key vault to the jobs."""
    name = names.secret_scope(deployed.environment.name)
    if name not in {each.name for each in deployed.workspace.secrets.list_scopes()}:
        fix = (
            f"deploy the stack {deployed.environment.name}-workspace; if Azure refuses its service principal, as a user"
        )
        yield Fault(subject=name, wrong="is no secret scope of the workspace", fix=fix)


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
def every_webhook_is_in_the_vault(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """People put it there: no stack holds a secret."""
    named = [
        values.jobs.monitoring.webhook_secret
        for values in deployed.environment.use_cases.values()
        if values.jobs.monitoring and values.jobs.monitoring.webhook_secret
    ]
    if not named:
        raise NotAskedError("no monitoring job names a webhook_secret")
    for secret in named:
        scope, _, key = secret.partition("/")
        if key not in {str(each.key) for each in deployed.workspace.secrets.list_secrets(scope)}:
            vault = deployed.spec.places_of(deployed.environment).key_vault
            fix = f"az keyvault secret set --vault-name {vault} --name {key} --file <file>"
            yield Fault(subject=secret, wrong="is no secret of the scope", fix=fix)


@check
def the_package_index_can_be_asked(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """One that asks for a sign-in is the workspace's default package repository, which people keep in a secret."""
    index = deployed.environment.security.package_index
    if index is None or index.sign_in != "workspace":
        raise NotAskedError("no package_index asks for a sign-in")
    scopes = {each.name for each in deployed.workspace.secrets.list_scopes()}
    listed = deployed.workspace.secrets.list_secrets(_REPOSITORIES) if _REPOSITORIES in scopes else ()
    if _INDEX not in {each.key for each in listed}:
        fix = f"databricks secrets put-secret {_REPOSITORIES} {_INDEX}, with the index's URL and its sign-in"
        yield Fault(subject=f"{_REPOSITORIES}/{_INDEX}", wrong=f"is no secret, and {index.host} needs one", fix=fix)


CHECKS = (
    the_secret_scope_exists,
    monitoring_may_read_secrets,
    every_webhook_is_in_the_vault,
    the_package_index_can_be_asked,
)
