"""Whoever signs in from outside, without a secret, is a row that says as whom."""

from typing import Any

import pytest

from tests.policies.access.estates import access, account, rows_of
from tests.policies.conftest import Stacks

ISSUER = "https://token.actions.githubusercontent.com"
MAIN = "repo:org/app:ref:refs/heads/main"
SP = "databricks_service_principal_federation_policy"
ACCOUNT = "databricks_account_federation_policy"


def test_a_subject_of_a_managed_identity_is_a_row() -> None:
    """By the identity's id, if the document gives that."""
    rows = rows_of("azurerm_federated_identity_credential", name="f", issuer=ISSUER, subject=MAIN, parent_id="deployer")
    assert rows == {(f"{MAIN} of {ISSUER}", "federated subject", "managed identity", "deployer", "SIGN_IN")}


def test_a_subject_of_a_service_principal_is_a_row() -> None:
    """Under the name of the service principal that the reference means, and it holds nothing in its own name."""
    document = account()
    policy = {"issuer": ISSUER, "subject": MAIN}
    sp_id = "${databricks_service_principal.prod-job.id}"
    document["resource"][SP] = {"f": {"service_principal_id": sp_id, "oidc_policy": policy}}
    rows = [row for row in access(account=document).matrix() if row.principal == f"{MAIN} of {ISSUER}"]
    assert [(row.key.kind, row.key.name, row.privilege, row.why) for row in rows] == [
        (
            "service principal",
            "prod-job",
            "SIGN_IN",
            (
                f"{MAIN} of {ISSUER} has SIGN_IN on service principal prod-job "
                "(account: databricks_service_principal_federation_policy.f)",
            ),
        )
    ]


def test_a_subject_outside_is_in_no_group() -> None:
    """Not in `account users`, nor in a workspace's `users`: only whom it signs in as is."""
    document = account()
    policy = {"issuer": ISSUER, "subject": MAIN}
    document["resource"][SP] = {"f": {"service_principal_id": "prod-job", "oidc_policy": policy}}
    grant = {"catalog": "prod", "principal": "account users", "privileges": ["USE_CATALOG"]}
    document["resource"]["databricks_grant"] = {"everybody": grant}
    found = access(account=document)
    assert set(found.identities(f"{MAIN} of {ISSUER}")) == {f"{MAIN} of {ISSUER}"}
    assert [row.privilege for row in found.matrix() if row.principal == f"{MAIN} of {ISSUER}"] == ["SIGN_IN"]


@pytest.mark.parametrize(
    ("policy", "principal"),
    [
        ({"issuer": ISSUER, "subject": "repo:org/*"}, f"unknown: repo:org/* of {ISSUER}"),
        ({"issuer": ISSUER, "subject": "${var.subject}"}, f"unknown: ${{var.subject}} of {ISSUER}"),
        ({"issuer": "${var.issuer}", "subject": MAIN}, f"unknown: {MAIN} of ${{var.issuer}}"),
        ({"issuer": ISSUER}, f"unknown: not set of {ISSUER}"),
        ("${var.policy}", "unknown: not set of not set"),
        (None, "unknown: not set of not set"),
    ],
)
def test_a_subject_that_is_not_one_known_subject_is_unknown(policy: Any, principal: str) -> None:
    """A pattern, an expression, or nothing."""
    assert rows_of(SP, service_principal_id="robot", oidc_policy=policy) == {
        (principal, "unknown", "service principal", "robot", "SIGN_IN")
    }


@pytest.mark.parametrize(
    "subject", ["${azurerm_kubernetes_cluster.c.oidc_issuer_url}", "repo:org/?:ref", None, "system:*"]
)
def test_so_it_is_with_a_managed_identity(subject: str | None) -> None:
    """The row stays, under an unknown principal."""
    rows = rows_of("azurerm_federated_identity_credential", issuer=ISSUER, subject=subject, parent_id="deployer")
    assert [(kind, *key) for _, kind, *key in rows] == [("unknown", "managed identity", "deployer", "SIGN_IN")]


def test_the_same_subject_of_another_issuer_is_somebody_else() -> None:
    """And so is one that another claim than `sub` names."""
    by_email = {"issuer": ISSUER, "subject": "a@b.org", "subject_claim": "email"}
    by_sub = {"issuer": "https://gitlab.com", "subject": "a@b.org", "subject_claim": "sub"}
    rows = rows_of(SP, service_principal_id="robot", oidc_policy=[by_email, by_sub])
    assert {principal for principal, *_ in rows} == {f"email a@b.org of {ISSUER}", "a@b.org of https://gitlab.com"}


def test_a_policy_of_the_account_lets_any_subject_be_whom_its_token_names() -> None:
    """It gave what is unknown; now the row says which issuer is trusted."""
    assert rows_of(ACCOUNT, oidc_policy={"issuer": ISSUER, "audiences": ["a"]}) == {
        (f"unknown: any subject of {ISSUER}", "unknown", "account", "account", "SIGN_IN")
    }


def test_a_policy_of_the_account_about_one_service_principal_is_that_ones() -> None:
    """The provider takes the id there too."""
    rows = rows_of(ACCOUNT, service_principal_id="robot", oidc_policy={"issuer": ISSUER, "subject": MAIN})
    assert rows == {(f"{MAIN} of {ISSUER}", "federated subject", "service principal", "robot", "SIGN_IN")}


def test_the_shipped_pipelines_sign_in_from_their_environment_only(stacks: Stacks) -> None:
    """Two subjects each, as its service principal and as its identity in Azure, and nobody else from outside."""
    rows = [row for row in access(**stacks).matrix() if row.privilege == "SIGN_IN"]
    assert {(row.principal.removesuffix(f" of {ISSUER}"), row.key.kind, row.key.name) for row in rows} == {
        (f"repo:example-org/mlops:environment:{environment}{how}", kind, f"{prefix}{environment}-deployer")
        for environment in ("dev", "staging", "prod")
        for how in ("", "-unattended")
        for kind, prefix in (("service principal", ""), ("managed identity", "mlops-"))
    }
