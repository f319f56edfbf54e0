"""Whether the workspace answers, which caller it sees, and its time."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from cli.doctor.check import Fault, UnknownAnswerError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from infra import names

# Tokens of a pipeline live minutes; a signature from an hour ahead is refused.
_MAX_SKEW_S = 300


@check
def the_workspace_answers(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """It is reachable, and accepts the sign-in."""
    from databricks.sdk.errors import PermissionDenied, Unauthenticated  # noqa: PLC0415 - takes half a second

    host = str(deployed.workspace.config.host)
    try:
        deployed.workspace.current_user.me()
    except (Unauthenticated, PermissionDenied) as error:
        yield Fault(subject=host, wrong=f"refuses the sign-in: {error}", fix="sign in again: az login, or a new token")
    except (OSError, TimeoutError) as error:
        fix = "run inside the network, name your address in security.ip_allow_list, or correct workspace.url"
        yield Fault(subject=host, wrong=f"does not answer: {error}", fix=fix)


@check
def it_is_the_workspace_of_the_file(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Bindings, budgets and permissions use the workspace id in the file."""
    found, wanted = deployed.workspace.metastores.current().workspace_id, deployed.environment.workspace.id
    if found is None:
        raise UnknownAnswerError("the workspace does not report its id")
    if int(found) != wanted:
        fix = f"correct workspace.id and url in workspaces/{deployed.environment.name}.yaml, or the --host"
        yield Fault(subject=str(deployed.workspace.config.host), wrong=f"is workspace {found}, not {wanted}", fix=fix)


@check
def the_clocks_agree(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Sign-ins and signatures carry timestamps."""
    path, headers = "/api/2.0/preview/scim/v2/Me", ["Date"]
    answer = deployed.workspace.api_client.do("GET", path, response_headers=headers)
    given = answer.get("Date") if isinstance(answer, dict) else None
    if not given:
        raise UnknownAnswerError("the workspace's answer has no Date")
    skew_s = deployed.now_s() - parsedate_to_datetime(str(given)).timestamp()
    if abs(skew_s) > _MAX_SKEW_S:
        yield Fault(
            subject="this machine",
            wrong=f"its clock is {skew_s:+.0f} s from the workspace's; allowed are {_MAX_SKEW_S} s",
            fix="set the clock, or start its time synchronization",
        )


@check
def the_caller_may_deploy(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """Catalog and schemas belong to the owners, and the workspace's settings to its administrators."""
    me = deployed.workspace.current_user.me()
    if me.groups is None:
        raise UnknownAnswerError("the workspace does not report the caller's groups")
    held, owners = {str(group.display) for group in me.groups}, names.owners(deployed.environment.name)
    wanted = {"admins", owners, deployed.spec.platform.admins}
    if not held & wanted:
        fix = f"sign in as a member of {owners} or {deployed.spec.platform.admins}"
        yield Fault(subject=str(me.user_name), wrong=f"is not in any of {', '.join(sorted(wanted))}", fix=fix)


CHECKS = (the_workspace_answers, it_is_the_workspace_of_the_file, the_clocks_agree, the_caller_may_deploy)
