"""Federation policies of the account and of service principals, as the SDK asks for them."""

from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.service.oauth2 import FederationPolicy, OidcFederationPolicy

from localcloud.kernel.cloud import ACCOUNT_ID
from tests.localcloud.core import Core

ISSUER = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:example-org/mlops:environment:prod"


def _principal(core: Core, name: str = "deployer") -> int:
    core.application(name)
    return next(int(str(each.id)) for each in core.admin().service_principals.list() if each.display_name == name)


def _policy(**oidc: Any) -> FederationPolicy:
    return FederationPolicy(oidc_policy=OidcFederationPolicy(**({"issuer": ISSUER, "subject": SUBJECT} | oidc)))


def test_a_policy_lives_its_whole_life(core: Core) -> None:
    """Made, read back with what Databricks adds, changed in part and whole, deleted; another principal has none."""
    policies, principal = core.account().service_principal_federation_policy, _principal(core)
    made = policies.create(principal, _policy(audiences=["https://github.com/example-org"]), policy_id="github")
    assert made.as_dict() == {
        "name": f"accounts/{ACCOUNT_ID}/servicePrincipals/{principal}/federationPolicies/github",
        "policy_id": "github",
        "uid": made.uid,
        "service_principal_id": principal,
        "oidc_policy": {
            "issuer": ISSUER,
            "subject": SUBJECT,
            "subject_claim": "sub",
            "audiences": ["https://github.com/example-org"],
        },
        "description": "",
        "create_time": made.create_time,
        "update_time": made.update_time,
    }
    assert policies.get(principal, "github") == made
    described = policies.update(principal, "github", FederationPolicy(description="CI"))
    assert (described.description, described.oidc_policy) == ("CI", made.oidc_policy)
    masked = policies.update(principal, "github", _policy(subject="other"), update_mask="oidc_policy.subject")
    assert masked.oidc_policy
    assert made.oidc_policy
    assert (masked.oidc_policy.subject, masked.oidc_policy.audiences) == ("other", made.oidc_policy.audiences)
    replaced = policies.update(principal, "github", _policy(), update_mask="*")
    assert replaced.oidc_policy
    assert replaced.oidc_policy.audiences == [ACCOUNT_ID]
    assert replaced.description == ""
    assert list(policies.list(_principal(core, "other"))) == []
    policies.delete(principal, "github")
    with pytest.raises(NotFound):
        policies.get(principal, "github")


def test_policies_are_listed_in_pages(core: Core) -> None:
    """By id; those of the account apart from those of its principals."""
    account, principal = core.account(), _principal(core)
    for name in ("c", "a", "b"):
        account.service_principal_federation_policy.create(principal, _policy(), policy_id=name)
    account.federation_policy.create(_policy(subject=None), policy_id="all")
    own = account.service_principal_federation_policy.list(principal, page_size=2)
    assert [each.policy_id for each in own] == ["a", "b", "c"]
    assert [each.policy_id for each in account.federation_policy.list()] == ["all"]
    account.federation_policy.update("all", FederationPolicy(description="everybody"))
    assert account.federation_policy.get("all").description == "everybody"
    account.federation_policy.delete("all")
    assert list(account.federation_policy.list()) == []


@pytest.mark.parametrize(
    ("oidc", "message"),
    [
        ({"issuer": "http://x.example.com"}, "is not an https URL"),
        ({"issuer": None}, "issuer"),
        ({"subject": None}, "subject"),
        ({"jwks_json": "{}", "jwks_uri": "https://x.example.com"}, "one of jwks_json and jwks_uri"),
    ],
)
def test_what_no_policy_can_say_is_refused(core: Core, oidc: dict[str, Any], message: str) -> None:
    """With 400, by name."""
    with pytest.raises(BadRequest, match=message):
        core.account().service_principal_federation_policy.create(_principal(core), _policy(**oidc))


def test_where_a_policy_belongs_is_checked(core: Core) -> None:
    """The principal exists, the id is new and of allowed characters, and what Databricks sets is not given."""
    account, principal = core.account(), _principal(core)
    policies = account.service_principal_federation_policy
    with pytest.raises(NotFound, match="Service principal 9 does not exist"):
        policies.create(9, _policy())
    policies.create(principal, _policy(), policy_id="github")
    with pytest.raises(ResourceAlreadyExists):
        policies.create(principal, _policy(), policy_id="github")
    with pytest.raises(BadRequest, match="has other characters"):
        policies.create(principal, _policy(), policy_id="Git Hub")
    with pytest.raises(BadRequest, match="uid are set by Databricks"):
        policies.create(principal, FederationPolicy(uid="1", oidc_policy=_policy().oidc_policy))
    with pytest.raises(BadRequest, match="names no subject"):
        account.federation_policy.create(_policy())
    with pytest.raises(BadRequest, match="update_mask names uid"):
        policies.update(principal, "github", _policy(), update_mask="uid")
