"""The stack `metastore`: a new region's metastore, and the group that owns it.

It comes before the first workspace of the region, for which Azure would otherwise create a metastore automatically.
"""

from infra.cdktf_seam import Scope, databricks
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.unity_catalog.metastore import MetastoreProps, metastore
from infra.spec import NewMetastore, Platform, Spec


def makes_metastore(platform: Platform) -> bool:
    """Whether this stack exists."""
    return isinstance(platform.metastore, NewMetastore)


def metastore_stack(app: Scope, spec: Spec, declared: NewMetastore) -> None:
    """The metastore and its owner, with the account's provider."""
    platform, account = spec.platform, spec.platform.account
    props = StackProps(platform=platform, host=account.url, account_id=account.id, protect=platform.protect_shared)
    stack = databricks_stack(app, "metastore", props)
    owner = databricks.group.Group(stack, f"group-{platform.admins}", display_name=platform.admins)
    metastore(stack, "metastore", MetastoreProps(metastore=declared, owner=owner.display_name))
