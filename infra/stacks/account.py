"""The stack `account`: groups of people, and a service principal per job and environment."""

from infra import names
from infra.cdktf_seam import Scope, databricks
from infra.constructs.stack import StackProps, databricks_stack
from infra.spec import Environment, Platform, Spec


def account_stack(app: Scope, spec: Spec) -> None:
    """Everyone who will be granted anything. The account's provider, no workspace's."""
    account = spec.platform.account
    props = StackProps(platform=spec.platform, host=account.url, account_id=account.id)
    stack = databricks_stack(app, "account", props)
    _groups(stack, spec.platform)
    for environment in spec.environments:
        _principals(stack, spec.platform, environment)


def _groups(stack: Scope, platform: Platform) -> None:
    emails = sorted({email for group in platform.groups.values() for email in group.members})
    users = {
        email: databricks.data_databricks_user.DataDatabricksUser(stack, f"user-{email}", user_name=email)
        for email in emails
    }
    for name, group in platform.groups.items():
        made = databricks.group.Group(stack, f"group-{name}", display_name=name)
        for email in group.members:
            databricks.group_member.GroupMember(
                stack, f"group-{name}-{email}", group_id=made.id, member_id=users[email].id
            )


def _principals(stack: Scope, platform: Platform, environment: Environment) -> None:
    for use_case, values in environment.use_cases.items():
        readers = None
        if values.source:
            name = names.source_readers(environment.name, use_case)
            readers = databricks.group.Group(stack, f"group-{name}", display_name=name)
        for stage in values.jobs.stages:
            name = names.principal(environment.name, use_case, stage)
            principal = databricks.service_principal.ServicePrincipal(stack, f"principal-{name}", display_name=name)
            if readers and getattr(platform.job_access, stage).source_gold:
                databricks.group_member.GroupMember(
                    stack, f"{name}-reads-source", group_id=readers.id, member_id=principal.id
                )
