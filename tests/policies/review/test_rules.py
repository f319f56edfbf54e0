"""The verdict: every shipped rule fires on its example, and a rule that could never fire is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.errors import RulesError
from policies.review.decision.conditions import ChangeCondition, GrantCondition, SettingCondition
from policies.review.decision.rules import RULES, Verdict, read_rules
from policies.review.review import Told
from tests.policies.review.guard_examples import GUARD_EXAMPLES
from tests.policies.review.plans import change, plan, reviewer

SAME = change("databricks_job.a", ["no-op"], {}, {})
FINDING = Told(rule="R", severity="high", address="databricks_job.a", result="unknown", reason="cannot tell")


def _grants(**rights: list[str]) -> dict[str, Any]:
    given = [{"principal": name.replace("_", " "), "privileges": held} for name, held in rights.items()]
    return change("databricks_grants.g", ["create"], None, {"schema": "prod.gold", "grant": given})


def _partly(actions: list[str], unknown: dict[str, Any]) -> dict[str, Any]:
    """Grants that the plan does not know yet."""
    return change("databricks_grants.g", actions, None, {"schema": "prod.gold"}, after_unknown=unknown)


def _taken_over() -> dict[str, Any]:
    """An import of a catalog's grants, one of which the configuration does not have."""
    before = {"catalog": "prod", "grant": [{"principal": "bob@example.com", "privileges": ["MODIFY"]}]}
    after = {"catalog": "prod", "grant": []}
    return change("databricks_grants.g", ["update"], before, after, importing={"id": "catalog/prod"})


def _drifted() -> dict[str, Any]:
    before, after = {"name": "a"}, {"name": "by hand"}
    return {
        "resource_changes": [change("databricks_job.a", ["update"], after, before)],
        "resource_drift": [change("databricks_job.a", ["update"], before, after)],
    }


_JOB = change("databricks_job.a", ["update"], {"name": "a"}, {"name": "b"})
_LARGE = {"cluster_size": "Large", "enable_serverless_compute": True}


def _set(kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, Any]:
    """A plan that changes (or makes) one resource."""
    return plan(change(f"{kind}.x", ["update"] if before is not None else ["create"], before, after))


def _runs(notebook: str) -> dict[str, Any]:
    return {"name": "etl", "task": [{"task_key": "t", "notebook_task": [{"notebook_path": notebook}]}]}


def _served(model: str) -> dict[str, Any]:
    entity = {"entity_name": model, "entity_version": "1", "scale_to_zero_enabled": True}
    return {"name": "e", "config": [{"served_entities": [entity]}]}


def _egress(mode: str) -> dict[str, Any]:
    return {"egress": [{"network_access": [{"restriction_mode": mode}]}]}


_MASKED = {"name": "t", "column": [{"name": "ssn", "mask": [{"function_name": "m"}]}, {"name": "id"}]}
_BARE = {"name": "t", "column": [{"name": "id"}, {"name": "ssn"}]}
_UNCOVERED = {
    "actions": ["update"],
    "before": "made-up",
    "after": "made-up",
    "before_sensitive": True,
    "after_sensitive": False,
}
_ALWAYS_ON = {"config": [{"served_entities": [{"scale_to_zero_enabled": False}]}]}
# By rule: a plan that it fits, and what the scan finds in it.
EXAMPLES: dict[str, tuple[dict[str, Any], tuple[Told, ...]]] = {
    "plan failed": (plan(SAME, errored=True), ()),
    "plan incomplete": (plan(SAME, complete=False), ()),
    "sensitive output exposed": (plan(SAME, output_changes={"pw": _UNCOVERED}), ()),
    "access for everyone": (plan(_grants(account_users=["BROWSE"])), ()),
    "critical or high finding": (plan(_JOB), (FINDING,)),
    "medium finding": (plan(_JOB), (replace(FINDING, severity="medium", result="fail"),)),
    "data is lost": (plan(change("databricks_volume.v", ["delete"], {"name": "v"})), ()),
    "resource removed": (plan(change("databricks_job.a", ["delete"], {"name": "a"})), ()),
    "unknown action": (plan(change("databricks_job.a", ["melt"], {})), ()),
    "right to change data": (plan(_grants(eng=["MODIFY"])), ()),
    "right to manage": (plan(_grants(eng=["MANAGE"])), ()),
    "masking changed": (plan(change("databricks_policy_info.m", ["delete"], {"name": "hide"})), ()),
    "exempt from masking": (
        plan(change("databricks_policy_info.m", ["create"], None, {"except_principals": ["eng"]})),
        (),
    ),
    "right to read data": (plan(_grants(eng=["SELECT"])), ()),
    "Azure role": (plan(change("azurerm_role_assignment.r", ["create"], None, {"role_definition_name": "Reader"})), ()),
    "unknown right": (plan(_partly(["create"], {"grant": True})), ()),
    "unknown principal": (plan(_partly(["create"], {"grant": [True]})), ()),
    "rights removed by an import": (plan(_taken_over()), ()),
    "right to use secrets": (
        plan(
            change(
                "databricks_secret_acl.a", ["create"], None, {"scope": "s", "principal": "eng", "permission": "READ"}
            )
        ),
        (),
    ),
    "other right": (plan(_grants(eng=["EXTERNAL_USE_SCHEMA"])), ()),
    "membership": (
        plan(change("databricks_group_member.m", ["create"], None, {"group_id": "1", "member_id": "2"})),
        (),
    ),
    "run-as principal changed": (
        _set("databricks_job", {"run_as": [{"user_name": "a"}]}, {"run_as": [{"service_principal_name": "admin"}]}),
        (),
    ),
    "job code changed": (_set("databricks_job", _runs("/Repos/main"), _runs("/Users/bob")), ()),
    "deployed code changed": (
        _set("databricks_repo", {"path": "/Repos/prod", "branch": "main"}, {"path": "/Repos/prod", "branch": "try"}),
        (),
    ),
    "served model changed": (
        _set("databricks_model_serving", _served("prod.ops.risk"), _served("dev.ops.risk")),
        (),
    ),
    "view or function changed": (
        _set("databricks_sql_table", {"view_definition": "SELECT a FROM t"}, {"view_definition": "SELECT * FROM t"}),
        (),
    ),
    "data location changed": (
        _set("databricks_external_location", {"name": "l", "read_only": True}, {"name": "l", "read_only": False}),
        (),
    ),
    "principal reactivated": (
        _set("databricks_user", {"user_name": "a", "active": False}, {"user_name": "a", "active": True}),
        (),
    ),
    "unrestricted serverless egress": (
        _set("databricks_account_network_policy", _egress("RESTRICTED_ACCESS"), _egress("FULL_ACCESS")),
        (),
    ),
    "logging changed": (
        _set("azurerm_monitor_diagnostic_setting", {"enabled_log": [{"category": "a"}]}, {"enabled_log": []}),
        (),
    ),
    "retention changed": (
        _set("azurerm_storage_management_policy", {"rule": [{"name": "old"}]}, {"rule": [{"name": "new"}]}),
        (),
    ),
    "recovery turned off": (
        _set("azurerm_key_vault", {"purge_protection_enabled": True}, {"purge_protection_enabled": False}),
        (),
    ),
    "budget changed": (_set("azurerm_consumption_budget_subscription", {"amount": 100}, {"amount": 9_000}), ()),
    "code for all clusters": (_set("databricks_global_init_script", None, {"name": "s", "enabled": True}), ()),
    "cluster start-up changed": (
        _set("databricks_cluster", {"init_scripts": []}, {"init_scripts": [{"workspace": [{"destination": "/s.sh"}]}]}),
        (),
    ),
    "workspace or account setting": (
        _set("databricks_workspace_conf", {"custom_config": {"a": "false"}}, {"custom_config": {"a": "true"}}),
        (),
    ),
    "sign-in without Entra": (
        _set("azurerm_container_registry", {"admin_enabled": False}, {"admin_enabled": True}),
        (),
    ),
    "authorization turned off": (
        _set("azurerm_kubernetes_cluster", None, {"role_based_access_control_enabled": False}),
        (),
    ),
    "mask or filter removed": (_set("databricks_sql_table", _MASKED, _BARE), ()),
    "role definition changed": (_set("azurerm_role_definition", None, {"permissions": [{"actions": ["*"]}]}), ()),
    "open to every workspace": (
        _set("databricks_catalog", {"isolation_mode": "ISOLATED"}, {"isolation_mode": "OPEN"}),
        (),
    ),
    "open to the network": (
        _set("azurerm_key_vault", {"public_network_access_enabled": False}, {"public_network_access_enabled": True}),
        (),
    ),
    "firewall open by default": (
        _set("azurerm_storage_account", {"network_rules": [{"default_action": "Deny"}]}, {"network_rules": []}),
        (),
    ),
    "network rule for every address": (
        _set("azurerm_network_security_rule", None, {"access": "Allow", "source_address_prefix": "*"}),
        (),
    ),
    "deletion protection removed": (_set("databricks_schema", {"force_destroy": False}, {"force_destroy": True}), ()),
    "external access to data": (_set("databricks_recipient", None, {"name": "partner"}), ()),
    "no automatic stop": (
        _set("databricks_cluster", {"autotermination_minutes": 60}, {"autotermination_minutes": 0}),
        (),
    ),
    "endpoint without scale to zero": (_set("databricks_model_serving", None, _ALWAYS_ON), ()),
    "continuous job": (_set("databricks_job", {}, {"continuous": [{"pause_status": "UNPAUSED"}]}), ()),
    "cluster policy changed": (
        _set("databricks_cluster_policy", {"definition": '{"a": {"maxValue": 4}}'}, {"definition": "{}"}),
        (),
    ),
    "identity in Entra": (_set("azuread_application_password", None, {"application_id": "a"}), ()),
    "costs": (plan(change("databricks_sql_endpoint.w", ["create"], None, _LARGE)), ()),
    "manual change undone": (plan(_JOB) | _drifted(), ()),
    **GUARD_EXAMPLES,
}
BLOCKING = {"plan failed", "access for everyone", "critical or high finding", "unknown action"}


def test_every_rule_has_an_example() -> None:
    """A new rule comes with a plan that it fits."""
    assert sorted(rule.name for rule in read_rules()) == sorted(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_rule_fires_on_its_example(name: str) -> None:
    """It is among the reasons, and the verdict is at least as strict as it."""
    document, findings = EXAMPLES[name]
    decision = reviewer(*findings).review("prod-ml", document).decision
    assert name in [hit.rule for hit in decision.hits]
    assert decision.verdict is (Verdict.BLOCK if name in BLOCKING else Verdict.APPROVAL)
    assert bool(decision.by) is (decision.verdict is Verdict.APPROVAL)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_without_a_rule_its_example_is_not_stopped_by_it(name: str) -> None:
    """The example fires because of the rule: taking the rule out takes its reason away."""
    document, findings = EXAMPLES[name]
    rules = [rule for rule in read_rules() if rule.name != name]
    decision = replace(reviewer(*findings), rules=rules).review("prod-ml", document).decision
    assert name not in [hit.rule for hit in decision.hits]


def test_what_no_rule_is_about_passes() -> None:
    """A job's name changes, and nothing else."""
    found = reviewer().review("prod-ml", plan(_JOB))
    assert (found.decision.verdict, found.decision.hits) == (Verdict.PASS, ())


def test_a_finding_on_what_does_not_change_is_not_this_plans() -> None:
    """The scan judges the whole stack; the review judges the change."""
    found = reviewer(replace(FINDING, address="databricks_job.other")).review("prod-ml", plan(_JOB))
    assert (found.findings, found.decision.verdict) == ((), Verdict.PASS)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"verdict": "perhaps"}, r"rules.1 \(r\).verdict is 'perhaps'; allowed are approval and block"),
        ({"by": []}, "`by` names who approves"),
        ({"when": {"changes": {"actions": ["explode"]}}}, r"actions.1 is 'explode'; it should be 'create', 'update'"),
        ({"when": {"changes": {"action": ["create"]}}}, "has action; allowed are actions, types, data"),
        ({"when": {"changes": {"actions": []}}}, r"actions is \[\]; name at least one, or the rule could never fit"),
        ({"when": {"guards": {"types": ["*"]}}}, r"guards.names is missing; rules.1 \(r\).when.guards needs it"),
        (
            {"when": {"guards": {"types": ["*"], "names": ["a"], "becomes": ["b"]}}},
            "has becomes; allowed are types, names",
        ),
        (
            {"when": {"guards": {"types": ["*"], "names": ["a"], "actions": ["destroy"]}}},
            "actions.1 is 'destroy'; it should be 'create'",
        ),
        ({"when": {}}, "has 0 conditions; exactly one"),
        ({"when": {"drift": None}}, "exactly one is needed, with its parameters"),
        ({"when": {"drift": {"undone": True}, "plan": {"is": "errored"}}}, "has 2 conditions; exactly one"),
        ({"when": {"settings": {"types": [], "attributes": ["a"]}}}, r"settings.types is \[\]; name at least one"),
        ({"when": {"grants": {"imported": False}}}, "imported is False; it should be True"),
        ({"when": {"cost": {"above": "much"}}}, "cost.above is 'much'; it should be a valid number"),
        ({"when": {"weather": {}}}, "has weather; allowed are changes, grants"),
        ({"when": {"drift": {"undone": "yes"}}}, "undone is 'yes'; it should be a valid boolean"),
        ({"when": {"plan": {"is": "late"}}}, "plan.is is 'late'; it should be 'errored'"),
        ({"because": ""}, "because is ''; it should have at least 1 character"),
    ],
)
def test_a_rule_that_could_never_fire_is_refused(tmp_path: Path, rule: dict[str, Any], message: str) -> None:
    """A mistyped rule is an error, not a rule that lets everything through."""
    whole = {"name": "r", "when": {"drift": {"undone": True}}, "verdict": "approval", "by": ["a"], "because": "b"}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"rules": [whole | rule]}))
    with pytest.raises(RulesError, match=message):
        read_rules(tmp_path / "rules.yaml")


def test_every_mistake_of_a_file_of_rules_is_named(tmp_path: Path) -> None:
    """Together, one a line, each with the place and the name of its rule."""
    path = tmp_path / "rules.yaml"
    drift = {"name": "by hand", "when": {"drift": {"undon": True}}, "verdict": "approval", "because": "b"}
    cost = {"when": {"cost": {"above": True}}, "verdict": "pass", "by": ["a", 1], "because": "b"}
    path.write_text(yaml.safe_dump({"rules": [drift, cost], "rule": []}))
    with pytest.raises(RulesError) as error:
        read_rules(path)
    assert str(error.value).splitlines() == [
        f"{path}: rules.1 (by hand).when.drift.undone is missing; rules.1 (by hand).when.drift needs it",
        f"{path}: rules.1 (by hand).when.drift has undon; allowed are undone",
        f"{path}: rules.1 (by hand).by is (); `by` names who approves; give it for approval, and only there",
        f"{path}: rules.2.name is missing; rules.2 needs it",
        f"{path}: rules.2.when.cost.above is True; it should be a valid number",
        f"{path}: rules.2.verdict is 'pass'; allowed are approval and block",
        f"{path}: rules.2.by.2 is 1; it should be a valid string",
        f"{path}: the file has rule; allowed are rules",
    ]


def test_what_a_condition_leaves_out_is_everything(tmp_path: Path) -> None:
    """Types and principals: all; grants: every gain; settings: what updates or replaces."""
    grants, settings = {"grants": {"besides": ["a"]}}, {"settings": {"types": ["t"], "attributes": ["a"]}}
    changes = {"changes": {"actions": ["move"], "types": []}}
    whole = {"name": "r", "verdict": "block", "because": "b"}
    (tmp_path / "rules.yaml").write_text(
        yaml.safe_dump({"rules": [whole | {"when": when} for when in (grants, settings, changes)]})
    )
    gaining, setting, changing = (rule.condition for rule in read_rules(tmp_path / "rules.yaml"))
    assert isinstance(gaining, GrantCondition)
    assert (gaining.gains, gaining.loses, gaining.besides) == (("*",), (), ("a",))
    assert gaining.principals == gaining.kinds == gaining.securables == ("*",)
    assert isinstance(setting, SettingCondition)
    assert (setting.becomes, setting.actions) == ((), ("update", "replace"))
    assert isinstance(changing, ChangeCondition)
    assert (changing.actions, changing.types, changing.data) == (("move",), ("*",), None)


def test_a_file_without_rules_is_refused(tmp_path: Path) -> None:
    """Without rules every plan would pass."""
    (tmp_path / "rules.yaml").write_text("rules: []\n")
    with pytest.raises(RulesError, match="or every plan would pass"):
        read_rules(tmp_path / "rules.yaml")
    assert RULES.exists()


def _hits(document: dict[str, Any]) -> list[str]:
    return [hit.rule for hit in reviewer().review("prod-ml", document).decision.hits]


def test_an_attribute_that_is_known_after_the_apply_may_be_any_value() -> None:
    """Whose rights a job will have, and whether a catalog stays closed, is not known: no pass."""
    for kind, before, unknown, rule in (
        (
            "databricks_job",
            {"run_as": [{"user_name": "a"}]},
            {"run_as": [{"user_name": True}]},
            "run-as principal changed",
        ),
        ("databricks_catalog", {"isolation_mode": "ISOLATED"}, {"isolation_mode": True}, "open to every workspace"),
    ):
        item = change(f"{kind}.x", ["update"], before, {"run_as": [{}]}, after_unknown=unknown)
        assert _hits(plan(item)) == [rule]


def test_blocks_in_another_order_are_no_change() -> None:
    """A provider may list tasks in any order."""
    task = {"notebook_task": [{"notebook_path": "/a"}]}, {"notebook_task": [{"notebook_path": "/b"}]}
    assert _hits(_set("databricks_job", {"task": [*task]}, {"task": [*reversed(task)]})) == []


def test_blocks_that_swap_a_value_are_another_setting() -> None:
    """The same values stand there, each in the other's place: what was let through is stopped, and the reverse."""
    ssh, web = {"port": "22", "access": "Deny"}, {"port": "443", "access": "Allow"}
    after = [{**ssh, "access": "Allow"}, {**web, "access": "Deny"}]
    swapped = _set("azurerm_network_security_group", {"security_rule": [ssh, web]}, {"security_rule": after})
    assert _hits(swapped) == ["protection changed", "network routing changed"]
    turned = _set("azurerm_network_security_group", {"security_rule": [ssh, web]}, {"security_rule": [web, ssh]})
    assert _hits(turned) == []


def test_a_guard_that_is_sensitive_as_a_whole_is_not_told_apart() -> None:
    """Nobody may see which of its keys changes: it may be one that counts, and its name is not shown."""
    item = change("databricks_cluster.x", ["update"], {"spark_conf": {"a.b": "1"}}, {"spark_conf": {"c.d": "1"}})
    item["change"] |= {"before_sensitive": {"spark_conf": True}, "after_sensitive": {"spark_conf": True}}
    (hit,) = reviewer().review("prod-ml", plan(item)).decision.hits
    assert (hit.rule, hit.what) == ("compute settings changed", ("databricks_cluster.x spark_conf.(sensitive)",))


def test_what_the_provider_computes_anew_guards_nothing() -> None:
    """A replacement has other addresses, which the configuration does not set."""
    item = change(
        "azurerm_key_vault.x", ["delete", "create"], {"name": "a", "private_address": "10.0.0.1"}, {"name": "b"}
    )
    item["change"] |= {"after_unknown": {"private_address": True}}
    document = plan(item)
    assert "protection changed" not in _hits(document)


def test_what_is_made_safer_passes() -> None:
    """A catalog that is closed, an account that loses its keys."""
    closed = _set("databricks_catalog", {"isolation_mode": "OPEN"}, {"isolation_mode": "ISOLATED"})
    keyless = _set("azurerm_storage_account", {"shared_access_key_enabled": True}, {"shared_access_key_enabled": False})
    assert (_hits(closed), _hits(keyless)) == ([], [])


def test_a_switch_that_is_taken_out_has_its_default() -> None:
    """Public access is what the provider gives if nothing is said."""
    assert _hits(_set("azurerm_key_vault", {"public_network_access_enabled": False}, {"name": "kv"})) == [
        "open to the network"
    ]


def test_rights_that_open_more_than_they_say_need_an_approval() -> None:
    """To use a secret, to run as a service principal, to read from outside, to attach to a cluster."""
    cases: list[tuple[str, dict[str, Any]]] = [
        ("databricks_secret_acl", {"scope": "prod", "principal": "eng", "permission": "write"}),
        ("azurerm_key_vault_access_policy", {"object_id": "a", "secret_permissions": ["Get"]}),
        ("azurerm_key_vault", {"name": "kv", "access_policy": [{"object_id": "a", "key_permissions": ["Decrypt"]}]}),
        (
            "databricks_access_control_rule_set",
            {"name": "r", "grant_rules": [{"principals": ["groups/eng"], "role": "roles/servicePrincipal.user"}]},
        ),
        ("databricks_grant", {"schema": "prod.gold", "principal": "eng", "privileges": ["external use schema"]}),
        ("databricks_grant", {"schema": "prod.gold", "principal": "eng", "privileges": ["A_RIGHT_OF_NEXT_YEAR"]}),
        ("databricks_grant", {"schema": "prod.gold", "principal": "eng", "privileges": ["ALL PRIVILEGES"]}),
        ("databricks_catalog_workspace_binding", {"catalog_name": "prod", "workspace_id": 1}),
        ("databricks_group", {"display_name": "eng", "allow_cluster_create": True}),
        (
            "databricks_permissions",
            {"cluster_id": "1", "access_control": [{"group_name": "eng", "permission_level": "CAN_ATTACH_TO"}]},
        ),
    ]
    for kind, values in cases:
        decision = reviewer().review("prod-ml", _set(kind, None, values)).decision
        assert (kind, decision.verdict) == (kind, Verdict.APPROVAL)


def test_a_right_that_only_opens_the_way_passes() -> None:
    """USE_CATALOG and BROWSE show and change no data."""
    values = {"catalog": "prod", "principal": "eng", "privileges": ["USE CATALOG", "BROWSE"]}
    assert _hits(_set("databricks_grant", None, values)) == []


@pytest.mark.parametrize("part", ["action_invocations", "deferred_action_invocations", "deferred_changes", "hooks"])
def test_a_part_with_an_effect_of_its_own_needs_an_approval(part: str) -> None:
    """Actions, what is deferred, and a part that no review knows yet, in a plan without a change of a resource."""
    entries = [{"address": "action.azapi_resource_action.rotate", "type": "azapi_resource_action"}]
    found = reviewer().review("prod-ml", plan(SAME, applyable=False, **{part: entries}))
    assert (found.decision.verdict, [hit.rule for hit in found.decision.hits]) == (
        Verdict.APPROVAL,
        ["plan incomplete"],
    )
    assert found.says_something
    assert part == "hooks" or "action.azapi_resource_action.rotate" in found.notes[0]
