"""External subjects that sign in without a secret: their tokens are accepted for a service principal or an identity.

Source: Azure Databricks, "Configure a federation policy" (a service principal's policy names one subject; the account's
accepts any token whose claim names a user or a service principal), and Microsoft Entra, "Workload identity federation".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.access.model import ACCOUNT, Key
from policies.access.privileges import SIGN_IN
from policies.access.stacks import Resource, Stack
from policies.access.unknown import blocks, is_unknown, marked, told

_SUBJECT = "sub"
_WILDCARDS = ("*", "?")
# Principal, privilege, securable.
Given = Iterator[tuple[str, str, Key]]


def _subject(issuer: Any, subject: Any, claim: Any = None) -> str:
    """One subject of one issuer: the same subject of another issuer is different. A pattern may match anyone."""
    parts = [told(claim), told(subject)] if claim and claim != _SUBJECT else [told(subject)]
    name = f"{' '.join(parts)} of {told(issuer)}"
    open_ = any(is_unknown(part) for part in (*parts, told(issuer))) or any(each in name for each in _WILDCARDS)
    return marked(name.replace(marked(""), "")) if open_ else name


def identity(_: Stack, item: Resource) -> Given:
    """A subject that signs in as a managed identity."""
    who = _subject(item.values.get("issuer"), item.values.get("subject"))
    yield who, SIGN_IN, Key(kind="managed identity", name=told(item.values.get("parent_id")))


def policy(_: Stack, item: Resource) -> Given:
    """A subject that signs in as a service principal."""
    named = Key(kind="service principal", name=told(item.values.get("service_principal_id")))
    for block in _policies(item):
        yield _subject(block.get("issuer"), block.get("subject"), block.get("subject_claim")), SIGN_IN, named


def account_policy(stack: Stack, item: Resource) -> Given:
    """Any subject of an issuer, which signs in as the user or service principal that its token names."""
    if item.values.get("service_principal_id"):
        yield from policy(stack, item)
        return
    for block in _policies(item):
        yield marked(f"any subject of {told(block.get('issuer'))}"), SIGN_IN, ACCOUNT


def _policies(item: Resource) -> list[Mapping[str, Any]]:
    """The policy; if the document does not contain it, an empty one with nothing known."""
    return blocks(item.values.get("oidc_policy")) or [{}]


READERS = {
    "azurerm_federated_identity_credential": identity,
    "databricks_account_federation_policy": account_policy,
    "databricks_service_principal_federation_policy": policy,
}
