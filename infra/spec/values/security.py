"""The security settings of an environment's workspace. Every default is the strict one."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StrictInt

from infra.spec.values.fields import Domain, IndexUrl, IpRange, Name, NotEmpty, Values


class LegacyTableAcl(Values):
    """Rights to one database of the Hive metastore, from the time before Unity Catalog."""

    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", description="a database of the Hive metastore")]
    group: Name
    rights: Literal["read", "write"]


class PackageIndex(Values):
    """A private package index that the images of served models are built from."""

    url: IndexUrl
    sign_in: Literal["none", "workspace"] = "none"
    """none: each served version names the index in its requirements; workspace: the index asks for a sign-in, so it is
    the workspace's default package repository, which people keep in a secret, and no version names it"""

    @property
    def host(self) -> str:
        """The domain that serverless compute must reach."""
        return urlsplit(self.url).hostname or ""


class Security(Values):
    """Settings of a workspace that people and programs sign in to."""

    ip_allow_list: NotEmpty[IpRange]
    """address ranges that the workspace answers"""
    token_lifetime_days: Annotated[StrictInt, Field(ge=1, le=90, description="1 to 90 days")] = 30
    token_users: tuple[Name, ...] = ()
    """groups that may have access tokens, besides the admins"""
    legacy_access: Literal["disabled", "enabled"] = "disabled"
    """the Hive metastore and other ways around Unity Catalog"""
    legacy_table_acls: tuple[LegacyTableAcl, ...] = ()
    """opt-in: rights in the Hive metastore; legacy_access must allow it"""
    serverless_domains: tuple[Domain, ...] = ()
    """internet domains that serverless compute may reach, besides those that served models are built from; all others
    are refused"""
    package_index: PackageIndex | None = None
    """a private package index that the images of served models are built from, in place of PyPI and conda's channels"""

    @property
    def named_index(self) -> str:
        """The index for a version's requirements; empty if they name none."""
        index = self.package_index
        return index.url if index and index.sign_in == "none" else ""


class FederatedIdentity(Values):
    """A pipeline that signs in with a token of its identity provider, without a secret."""

    issuer: Annotated[str, Field(pattern=r"^https://\S+$", description="the identity provider's https address")]
    audience: Annotated[str, Field(min_length=1, description="the audience that its tokens name")]
    subject: Annotated[str, Field(min_length=1, description="the one subject that may sign in, without wildcards")]
    unattended_subject: Annotated[str, Field(min_length=1, description="a subject, without wildcards")] | None = None
    """a second subject for runs without approval, such as the drift search; used by protected branches"""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Every subject that may sign in, the approved one first."""
        return (self.subject, *([self.unattended_subject] if self.unattended_subject else []))
