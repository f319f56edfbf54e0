"""The stack `<env>-rights`: what only the admins of the account and its metastore can make, and only people.

A declared metastore gives workspace admins no rights, so without this the environment's own pipeline could create no
credential, location or catalog. Nor can it make a key vault's secret scope: Databricks wants an Entra token for that.
The account's admins deploy it, right after the account.
"""

from infra import names
from infra.cdktf_seam import Scope, databricks
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.workspace.secret_scope import secret_scope
from infra.constructs.workspace.workspace_settings import restricted_admins
from infra.spec import Environment, Spec

# Exactly the kinds of objects that the stack `<env>-workspace` creates in the metastore.
_PRIVILEGES = ("CREATE_CATALOG", "CREATE_EXTERNAL_LOCATION", "CREATE_STORAGE_CREDENTIAL")


def rights_stack(app: Scope, spec: Spec, environment: Environment) -> None:
    """With the workspace's provider: the account's has no grants."""
    props = StackProps(
        platform=spec.platform, host=environment.workspace.url, environment=environment.name, protect=False
    )
    stack = databricks_stack(app, f"{environment.name}-rights", props)
    found = databricks.data_databricks_current_metastore.DataDatabricksCurrentMetastore(stack, "metastore")
    # One principal's grant, not the whole list: other teams' grants on a shared metastore stay as they are.
    databricks.grant.Grant(
        stack,
        "pipeline",
        metastore=found.id,
        principal=names.owners(environment.name),
        privileges=list(_PRIVILEGES),
    )
    for name in environment.system_schemas:
        databricks.system_schema.SystemSchema(stack, f"system-{name}", schema=name)
    secret_scope(stack, "secrets", names.secret_scope(environment.name), spec.key_vault_of(environment))
    restricted_admins(stack)
