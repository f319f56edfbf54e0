"""How an environment's workspace is locked down. Every default is the strict one."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from infra.spec.fields import Domain, IpRange, Name, NotEmpty, Values


class LegacyTableAcl(Values):
    """Rights to one database of the Hive metastore, from the time before Unity Catalog."""

    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", description="a database of the Hive metastore")]
    group: Name
    rights: Literal["read", "write"]


class Security(Values):
    """Settings of a workspace that people and programs sign in to."""

    ip_allow_list: NotEmpty[IpRange]
    """address ranges that the workspace answers"""
    token_lifetime_days: Annotated[StrictInt, Field(ge=1, le=90, description="1 to 90 days")] = 30
    token_users: tuple[Name, ...] = ()
    """groups that may have access tokens, besides the admins"""
    legacy_access: Literal["disabled", "enabled"] = "disabled"
    """the Hive metastore and what else bypasses Unity Catalog"""
    legacy_table_acls: tuple[LegacyTableAcl, ...] = ()
    """opt-in: rights in the Hive metastore, which legacy_access must then let in"""
    serverless_domains: tuple[Domain, ...] = ()
    """internet domains that serverless compute may reach, besides those that served models are built from; all others
    are refused"""
    package_index: Domain | None = None
    """a private package index that the images of served models are built from, in place of PyPI and conda's channels;
    a served version must name it in its requirements"""


class FederatedIdentity(Values):
    """A pipeline that signs in by its own identity provider's token, so without a secret."""

    issuer: Annotated[str, Field(pattern=r"^https://\S+$", description="the identity provider's https address")]
    audience: Annotated[str, Field(min_length=1, description="the audience that its tokens name")]
    subject: Annotated[str, Field(min_length=1, description="the one subject that may sign in, without wildcards")]
