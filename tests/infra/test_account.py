"""The account: its metastore, who may sign in where, and what serverless compute may reach and cost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.cdktf_seam import App
from infra.deploy import stacks_of
from infra.main import stacks
from infra.release import Release
from infra.spec import load
from infra.wheel import build_wheel
from tests.infra.conftest import Documents, edit
from tests.infra.networks import to_ip_allow_list

ENVIRONMENTS = ("dev", "prod", "staging")
IDS = {"dev": 1000000000000001, "staging": 1000000000000002, "prod": 1000000000000003}


def _all(documents: Documents, type_: str) -> dict[str, dict[str, Any]]:
    return dict(documents["account"]["resource"].get(type_, {}))


def _name(reference: str) -> str:
    """`group-x` or `principal-x` of a reference to one, without the prefix."""
    return reference.split(".")[1].removeprefix("group-").removeprefix("principal-")


_ADOPTED = "  kind: adopt\n  id: 00000000-0000-4000-8000-000000000001\n"
_IMPORTED = _ADOPTED.replace("adopt", "import")


def test_the_regions_metastore_is_adopted_as_it_is(documents: Documents) -> None:
    """No stack makes or changes one; the workspaces have the declared one, by its id."""
    assert not [stack for stack in documents if "databricks_metastore" in documents[stack].get("resource", {})]
    assigned = _all(documents, "databricks_metastore_assignment")
    assert {one["workspace_id"] for one in assigned.values()} == set(IDS.values())
    assert {one["metastore_id"] for one in assigned.values()} == {"00000000-0000-4000-8000-000000000001"}


def test_a_new_metastore_comes_before_every_workspace(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """In a stack of its own, with the group that owns it; the account finds both and makes neither."""
    edit(workspaces / "platform.yaml", _ADOPTED, "  kind: new\n")
    found = synthesized()
    made = found["metastore"]["resource"]
    assert (
        made["databricks_metastore"]["metastore"]["owner"] == "${databricks_group.group-platform-admins.display_name}"
    )
    assert "group-platform-admins" not in _all(found, "databricks_group")
    assert found["account"]["data"]["databricks_metastore"]["metastore"] == {
        "name": "mlops-westeurope",
        "region": "westeurope",
    }
    ids = {one["metastore_id"] for one in _all(found, "databricks_metastore_assignment").values()}
    assert ids == {"${data.databricks_metastore.metastore.id}"}
    spec = load(workspaces)
    assert stacks_of(spec, "metastore") == ["metastore"]
    order = [*stacks(App(outdir=str(workspaces / "order")), spec, Release(wheel=build_wheel(), git_commit="unknown"))]
    assert order.index("metastore") < order.index("dev-platform") < order.index("account") < order.index("dev-rights")


def test_nobody_is_assigned_before_the_workspace_has_its_metastore(documents: Documents) -> None:
    """Every assignment waits for that of the metastore to the same workspace."""
    assigned = _all(documents, "databricks_metastore_assignment")
    ids = {f"databricks_metastore_assignment.{name}": one["workspace_id"] for name, one in assigned.items()}
    entries = _all(documents, "databricks_mws_permission_assignment").values()
    assert len(entries) > 20
    assert all([ids[one] for one in entry["depends_on"]] == [entry["workspace_id"]] for entry in entries)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_pipeline_may_make_what_its_stacks_need_in_the_metastore(documents: Documents, environment: str) -> None:
    """To the owners of the environment, beside whatever others hold; in a stack that the account's admins deploy."""
    assert documents[f"{environment}-rights"]["resource"]["databricks_grant"]["pipeline"] == {
        "metastore": "${data.databricks_current_metastore.metastore.id}",
        "principal": f"{environment}-owners",
        "privileges": ["CREATE_CATALOG", "CREATE_EXTERNAL_LOCATION", "CREATE_STORAGE_CREDENTIAL"],
    }


def test_an_imported_metastore_holds_no_data_and_is_no_persons(
    workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """No storage root, a group as owner, sharing inside the account only, tokens of 30 days, for all workspaces."""
    edit(workspaces / "platform.yaml", _ADOPTED, _IMPORTED)
    documents = synthesized("account")
    assert documents["account"]["import"] == [
        {"id": "00000000-0000-4000-8000-000000000001", "to": "databricks_metastore.metastore"}
    ]
    metastore = _all(documents, "databricks_metastore")["metastore"]
    assert "storage_root" not in metastore
    assert metastore["owner"] == "${databricks_group.group-platform-admins.display_name}"
    assert (metastore["delta_sharing_scope"], metastore["force_destroy"]) == ("INTERNAL", False)
    assert metastore["delta_sharing_recipient_token_lifetime_in_seconds"] == 30 * 86_400
    assigned = _all(documents, "databricks_metastore_assignment").values()
    assert {entry["workspace_id"] for entry in assigned} == set(IDS.values())


def test_a_pipeline_signs_in_without_a_secret_and_to_its_environment_only(documents: Documents) -> None:
    """One service principal per environment, one exact subject each, in the owners of that environment alone."""
    policies = _all(documents, "databricks_service_principal_federation_policy")
    assert {name: policy["oidc_policy"]["subject"] for name, policy in policies.items()} == {
        f"principal-{name}-deployer-{kind}": f"repo:example-org/mlops:environment:{name}{suffix}"
        for name in ENVIRONMENTS
        for kind, suffix in (("federation", ""), ("unattended-federation", "-unattended"))
    }
    assert "databricks_service_principal_secret" not in documents["account"]["resource"]
    owners = [
        (_name(member["group_id"]), _name(member["member_id"]))
        for member in _all(documents, "databricks_group_member").values()
        if _name(member["group_id"]).endswith("-owners")
    ]
    assert sorted(owners) == sorted(
        (f"{name}-owners", member) for name in ENVIRONMENTS for member in ("platform-admins", f"{name}-deployer")
    )


def test_only_its_pipeline_gives_a_principal_to_a_job(documents: Documents) -> None:
    """An admin is restricted, and the pipeline is one: this right alone lets it set `run_as`, in its environment."""
    rules = _all(documents, "databricks_access_control_rule_set")
    principals = [name for name in _all(documents, "databricks_service_principal") if not name.endswith("-deployer")]
    assert principals
    for name in principals:
        environment = name.removeprefix("principal-").split("-")[0]
        assert rules[f"{name}-rules"] == {
            "name": f"accounts/00000000-0000-0000-0000-000000000001/servicePrincipals/"
            f"${{databricks_service_principal.{name}.application_id}}/ruleSets/default",
            "grant_rules": [
                {
                    "principals": [
                        "servicePrincipals/"
                        f"${{databricks_service_principal.principal-{environment}-deployer.application_id}}"
                    ],
                    "role": "roles/servicePrincipal.user",
                }
            ],
        }


def test_who_may_sign_in_to_prod(documents: Documents) -> None:
    """The owners administer it; its own jobs and the groups that its file names use it; nobody else reaches it."""
    entries = _all(documents, "databricks_mws_permission_assignment").values()
    prod = {_name(e["principal_id"]): e["permissions"] for e in entries if e["workspace_id"] == IDS["prod"]}
    stages = ("ingest", "training", "promotion", "scoring", "monitoring")
    groups = ("ml-engineers", "data-scientists", "analysts", "model-risk")
    assert prod == {"prod-owners": ["ADMIN"]} | {
        name: ["USER"] for name in (*(f"prod-credit-{stage}" for stage in stages), *groups)
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_serverless_egress_is_refused_unless_named(documents: Documents, environment: str) -> None:
    """Restricted, enforced, and switched on for the workspace."""
    policy = _all(documents, "databricks_account_network_policy")[f"{environment}-egress"]
    access = {**policy["egress"]["network_access"]}
    del access["allowed_internet_destinations"]
    assert access == {"restriction_mode": "RESTRICTED_ACCESS", "policy_enforcement": {"enforcement_mode": "ENFORCED"}}
    option = _all(documents, "databricks_workspace_network_option")[f"{environment}-egress-option"]
    assert (option["workspace_id"], option["network_policy_id"]) == (IDS[environment], policy["network_policy_id"])


def test_a_named_domain_is_let_out(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """A domain in the YAML is the one exception."""
    edit(workspaces / "dev.yaml", "  token_lifetime_days: 30\n", "  serverless_domains: [data.example.com]\n")
    access = _all(synthesized("account"), "databricks_account_network_policy")["dev-egress"]["egress"]["network_access"]
    assert access["allowed_internet_destinations"] == [
        {"destination": "data.example.com", "internet_destination_type": "DNS_NAME"}
    ]


def _destinations(documents: Documents, environment: str) -> list[str]:
    policy = _all(documents, "databricks_account_network_policy")[f"{environment}-egress"]
    allowed = policy["egress"]["network_access"]["allowed_internet_destinations"]
    return [destination["destination"] for destination in allowed]


def test_where_a_model_is_served_its_image_can_be_built(documents: Documents) -> None:
    """Prod serves, so its policy lets out to the package indexes; the others let nothing out."""
    assert {name: _destinations(documents, name) for name in ENVIRONMENTS} == {
        "dev": [],
        "staging": [],
        "prod": ["conda.anaconda.org", "files.pythonhosted.org", "pypi.org", "repo.anaconda.com"],
    }


def test_a_private_package_index_takes_their_place(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """And where nothing is served, it is let out to neither."""
    for name in ("prod", "dev"):
        edit(
            workspaces / f"{name}.yaml",
            "  token_lifetime_days: 30\n",
            "  package_index: {url: https://packages.example.com/simple}\n  serverless_domains: [data.example.com]\n",
        )
    documents = synthesized("account")
    assert _destinations(documents, "prod") == ["data.example.com", "packages.example.com"]
    assert _destinations(documents, "dev") == ["data.example.com"]


def test_every_workspace_has_its_private_connectivity(documents: Documents) -> None:
    """One configuration for the region, bound to each workspace."""
    bound = _all(documents, "databricks_mws_ncc_binding").values()
    assert {entry["workspace_id"] for entry in bound} == set(IDS.values())
    [configuration] = _all(documents, "databricks_mws_network_connectivity_config").values()
    assert configuration == {"name": "mlops-westeurope", "region": "westeurope"}


def test_serverless_compute_reaches_lakes_and_root_storage_privately(documents: Documents) -> None:
    """A private endpoint for each part of each account, since none has a public address.

    Through the root storage serverless compute hands over what it filtered for dedicated compute.
    """
    rules = _all(documents, "databricks_mws_ncc_private_endpoint_rule").values()
    group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/mlops-{0}"
    account = group + "/providers/Microsoft.Storage/storageAccounts/mlops{0}lake"
    root = group + "-databricks/providers/Microsoft.Storage/storageAccounts/mlops{0}root"
    assert sorted((rule["resource_id"], rule["group_id"]) for rule in rules) == sorted(
        (place.format(name), part) for place in (account, root) for name in ENVIRONMENTS for part in ("dfs", "blob")
    )


def test_without_masked_reads_root_storage_needs_no_endpoint(
    workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """Where every job sees what it reads in clear, serverless compute filters nothing for them."""
    platform = workspaces / "platform.yaml"
    edit(platform, "network: private\n", "network: private\nmasked_reads: refused\n")
    edit(platform, "scoring: {gold: create,", "scoring: {sensitive: clear, source_sensitive: clear, gold: create,")
    rules = _all(synthesized("account"), "databricks_mws_ncc_private_endpoint_rule")
    assert sorted(rules) == sorted(
        f"connectivity-{name}-lake-{part}" for name in ENVIRONMENTS for part in ("dfs", "blob")
    )


def test_without_private_endpoints_no_lake_needs_one(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """In the profile ip-allow-list there is nothing to approve."""
    to_ip_allow_list(workspaces)
    assert _all(synthesized("account"), "databricks_mws_ncc_private_endpoint_rule") == {}


def test_a_budget_tells_the_people_on_call(documents: Documents) -> None:
    """Each workspace's own list price, each month, to the addresses of its file; serverless usage carries its tag."""
    budget = _all(documents, "databricks_budget")["prod-budget"]
    assert budget["filter"] == {"workspace_id": {"operator": "IN", "values": [IDS["prod"]]}}
    [alert] = budget["alert_configurations"]
    assert (alert["quantity_threshold"], alert["quantity_type"]) == ("2000", "LIST_PRICE_DOLLARS_USD")
    assert (alert["time_period"], alert["trigger_type"]) == ("MONTH", "CUMULATIVE_SPENDING_EXCEEDED")
    assert alert["action_configurations"] == [
        {"action_type": "EMAIL_NOTIFICATION", "target": "mlops-on-call@example.com"}
    ]
    policy = _all(documents, "databricks_budget_policy")["prod-budget-policy"]
    assert (policy["binding_workspace_ids"], policy["custom_tags"]) == (
        [IDS["prod"]],
        [{"key": "environment", "value": "prod"}],
    )
    [rule] = _all(documents, "databricks_access_control_rule_set")["prod-budget-policy-rules"]["grant_rules"]
    assert rule["role"] == "roles/budgetPolicy.user"
    groups = ("prod-owners", "analysts", "data-scientists", "ml-engineers", "model-risk")
    assert rule["principals"] == [f"groups/${{databricks_group.group-{name}.display_name}}" for name in groups]
