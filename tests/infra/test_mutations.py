"""Turning a secure default off makes a named test fail: each weakening here meets the test that guards against it."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.infra import (
    test_access,
    test_account,
    test_jobs,
    test_lake,
    test_masks,
    test_policies,
    test_protected_stack,
    test_serving,
    test_synth,
    test_workspace_security,
)
from tests.infra.conftest import Documents

Resources = dict[str, dict[str, Any]]
Change = Callable[[Resources], None]
Guard = Callable[[Documents], None]


def _in(type_: str, name: str, *path: str | int, value: Any) -> Change:
    """A change of one argument; the value `None` takes it away."""

    def change(resources: Resources) -> None:
        target: Any = resources[type_][name]
        for step in path[:-1]:
            target = target[step]
        if value is None:
            del target[path[-1]]
        else:
            target[path[-1]] = value

    return change


def _granted(name: str, principal: str, *privileges: str) -> Change:
    """A grant that nobody declared."""

    def change(resources: Resources) -> None:
        resources["databricks_grants"][name]["grant"].append({"principal": principal, "privileges": list(privileges)})

    return change


def _policy(name: str, rule: str, value: dict[str, Any] | None) -> Change:
    """A cluster policy with one rule changed, or taken away."""

    def change(resources: Resources) -> None:
        policy = resources["databricks_cluster_policy"][name]
        rules = json.loads(policy["definition"])
        rules.pop(rule)
        policy["definition"] = json.dumps(rules | ({rule: value} if value else {}))

    return change


_TRAINING = "${data.databricks_service_principal.principal-prod-credit-training.application_id}"
_SCORING = "${data.databricks_service_principal.principal-prod-credit-scoring.application_id}"
_ALL_IN = {"type": "allowlist", "values": ["Standard_D4ads_v5"]}
_SHARED = {"type": "fixed", "value": "USER_ISOLATION"}
_TURNED = {"disable_legacy_access": {"value": False}}


def _each(check: Callable[[Documents, str], None]) -> Guard:
    return lambda documents: check(documents, "prod")


WEAKENINGS: dict[str, tuple[str, Change, Guard]] = {
    "dev may write prod's gold": (
        "prod-workspace",
        _granted("credit_gold-grants", "dev-credit-source-readers", "MODIFY"),
        test_access.test_dev_cannot_write_prod,
    ),
    "dev's workspace may write prod's catalog": (
        "prod-workspace",
        _in("databricks_workspace_binding", "catalog-binding-dev", "binding_type", value="BINDING_TYPE_READ_WRITE"),
        test_access.test_dev_cannot_write_prod,
    ),
    "every workspace sees the catalog": (
        "prod-workspace",
        _in("databricks_catalog", "catalog", "isolation_mode", value="OPEN"),
        _each(test_access.test_catalogs_are_isolated),
    ),
    "analysts read all of prod's gold": (
        "prod-workspace",
        _granted("credit_gold-grants", "analysts", "SELECT"),
        test_serving.test_analysts_read_predictions_and_nothing_else_of_gold,
    ),
    "analysts may change prod's predictions": (
        "prod-workspace",
        _granted("credit_gold-grants", "analysts", "MODIFY"),
        test_access.test_people_do_not_write_prod,
    ),
    "everybody reads prod's gold": (
        "prod-workspace",
        _granted("credit_gold-grants", "account users", "SELECT"),
        test_access.test_nobody_is_granted_to_everyone,
    ),
    "training owns the model": (
        "prod-ml",
        _in("databricks_registered_model", "credit-model", "owner", value=_TRAINING),
        _each(test_access.test_promotion_owns_the_model_and_training_cannot_move_aliases),
    ),
    "a deploy moves aliases back": (
        "prod-ml",
        _in("databricks_registered_model", "credit-model", "lifecycle", "ignore_changes", value=[]),
        test_serving.test_a_deploy_never_undoes_a_promotion,
    ),
    "a deploy moves the endpoint back": (
        "prod-serving",
        _in("databricks_model_serving", "credit-endpoint", "lifecycle", value={"ignore_changes": ["tags"]}),
        test_serving.test_a_deploy_never_undoes_a_promotion,
    ),
    "a job runs as its maker": (
        "prod-ml",
        _in("databricks_job", "credit-scoring", "run_as", value={"user_name": "someone@example.com"}),
        _each(test_jobs.test_every_job_runs_as_its_own_service_principal),
    ),
    "a job has no end": (
        "prod-ml",
        _in("databricks_job", "credit-ingest", "timeout_seconds", value=0),
        _each(test_jobs.test_jobs_are_bounded),
    ),
    "a job fails in silence": (
        "prod-ml",
        _in("databricks_job", "credit-ingest", "email_notifications", "on_failure", value=[]),
        _each(test_jobs.test_somebody_hears_of_a_job_that_fails_or_drags_on),
    ),
    "a GPU policy lets any node in": (
        "dev-workspace",
        _policy("policy-gpu_distributed", "node_type_id", _ALL_IN),
        test_policies.test_gpu_policies_cap_and_list_gpus_only,
    ),
    "a GPU policy has no top": (
        "dev-workspace",
        _policy("policy-gpu_distributed", "autoscale.max_workers", {"type": "unlimited"}),
        test_policies.test_gpu_policies_cap_and_list_gpus_only,
    ),
    "clusters are shared": (
        "prod-workspace",
        _policy("policy-cpu_single_node", "data_security_mode", _SHARED),
        _each(test_policies.test_every_policy_bounds_cost),
    ),
    "scoring may use the GPU policy": (
        "prod-workspace",
        lambda resources: resources["databricks_permissions"]["policy-gpu_single_node-permissions"][
            "access_control"
        ].append({"permission_level": "CAN_USE", "service_principal_name": _SCORING}),
        _each(test_policies.test_a_principal_uses_the_policies_of_its_jobs_only),
    ),
    "legacy access is back": (
        "prod-workspace",
        _in("databricks_disable_legacy_access_setting", "no-legacy-access", *_TURNED, value={"value": False}),
        _each(test_workspace_security.test_ways_around_unity_catalog_are_closed),
    ),
    "tokens never end": (
        "prod-workspace",
        _in("databricks_workspace_conf", "configuration", "custom_config", "maxTokenLifetimeDays", value="0"),
        _each(test_workspace_security.test_tokens_are_short_and_few),
    ),
    "results may be downloaded": (
        "prod-workspace",
        _in("databricks_workspace_conf", "configuration", "custom_config", "enableResultsDownloading", value="true"),
        _each(test_workspace_security.test_ways_out_of_the_workspace_are_closed),
    ),
    "the workspace answers the internet": (
        "prod-workspace",
        _in("databricks_ip_access_list", "ip-allow-list", "ip_addresses", value=["0.0.0.0/0"]),
        _each(test_workspace_security.test_the_workspace_answers_named_addresses_only),
    ),
    "the location bypasses the catalog": (
        "prod-workspace",
        _in("databricks_external_location", "lake-gold-location", "fallback", value=True),
        _each(test_lake.test_storage_is_reached_by_a_managed_identity_from_one_workspace),
    ),
    "egress is only logged": (
        "account",
        _in(
            "databricks_account_network_policy",
            "prod-egress",
            *("egress", "network_access", "policy_enforcement", "enforcement_mode"),
            value="DRY_RUN",
        ),
        _each(test_account.test_serverless_egress_is_refused_unless_named),
    ),
    "any repository may deploy prod": (
        "account",
        _in(
            "databricks_service_principal_federation_policy",
            "principal-prod-deployer-federation",
            *("oidc_policy", "subject"),
            value="repo:*",
        ),
        test_account.test_a_pipeline_signs_in_without_a_secret_and_to_its_environment_only,
    ),
    "data may be destroyed": (
        "prod-workspace",
        _in("databricks_schema", "credit_gold", "lifecycle", value=None),
        test_protected_stack.test_data_is_protected_unless_the_environment_says_otherwise,
    ),
    "everybody runs jobs as training": (
        "account",
        _in(
            "databricks_access_control_rule_set",
            "principal-prod-credit-training-rules",
            *("grant_rules", 0, "principals"),
            value=["groups/ml-engineers"],
        ),
        test_account.test_only_its_pipeline_gives_a_principal_to_a_job,
    ),
    "a sensitive column is not tagged": (
        "prod-masks",
        lambda resources: resources["databricks_entity_tag_assignment"].pop("credit_gold-client_features-sex"),
        _each(test_masks.test_every_sensitive_column_is_tagged),
    ),
    "analysts are excepted from a mask": (
        "prod-masks",
        _in("databricks_policy_info", "credit_gold-int", "except_principals", value=["analysts"]),
        _each(test_masks.test_policies_hide_from_everybody_but_one_group),
    ),
    "a mask is for one group only": (
        "prod-masks",
        _in("databricks_policy_info", "credit_gold-string", "to_principals", value=["analysts"]),
        _each(test_masks.test_policies_hide_from_everybody_but_one_group),
    ),
    "analysts take the tag off": (
        "prod-masks",
        _in(
            "databricks_access_control_rule_set", "tag-rules", "grant_rules", 0, "principals", value=["groups/analysts"]
        ),
        _each(test_masks.test_only_the_owners_touch_the_tag),
    ),
    "analysts make the functions": (
        "prod-workspace",
        _granted("credit_ops-grants", "analysts", "CREATE_FUNCTION"),
        _each(test_masks.test_only_ingest_makes_functions_and_only_owners_set_tags),
    ),
    "a mask may be destroyed": (
        "prod-masks",
        _in("databricks_policy_info", "credit_gold-int", "lifecycle", value=None),
        test_masks.test_a_policy_is_not_destroyed_by_a_plan,
    ),
    "phase one needs a table": (
        "prod-ml",
        lambda resources: resources.update({"databricks_quality_monitor": {"early": {}}}),
        test_synth.test_phase_one_needs_nothing_that_jobs_create,
    ),
}


@pytest.mark.parametrize("weakening", WEAKENINGS)
def test_a_weakening_fails_its_guard(documents: Documents, weakening: str) -> None:
    """The guard passes on what is shipped, and fails once the default is off."""
    stack, change, guard = WEAKENINGS[weakening]
    guard(documents)
    weakened = deepcopy(documents)
    change(weakened[stack]["resource"])
    with pytest.raises(AssertionError):
        guard(weakened)
