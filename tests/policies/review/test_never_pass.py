"""Never *pass* or *no changes* on what was not understood: plans that are mutated at random, and what is said then."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.errors import PlanError
from policies.findings import findings_of
from policies.review.decision.rules import Verdict
from policies.review.review import Review
from policies.terraform.synthesized import UnreadableDocument
from tests.policies.review.plans import change, plan, reviewer

# Type and arguments of one resource.
Case = tuple[str, dict[str, Any]]
_HELD = [{"principal": "eng", "privileges": ["MODIFY"]}]
_LEVELS = [{"group_name": "eng", "permission_level": "CAN_MANAGE"}]
_ROLE = {"scope": "/subscriptions/1", "role_definition_name": "Owner", "principal_id": "p"}
# Each of these is stopped as it stands.
_STOPPED: list[Case] = [
    ("databricks_grants", {"catalog": "prod", "grant": _HELD}),
    ("databricks_grant", {"catalog": "prod", "principal": "eng", "privileges": ["MODIFY"]}),
    ("databricks_permissions", {"job_id": "1", "access_control": _LEVELS}),
    ("databricks_secret_acl", {"scope": "s", "principal": "eng", "permission": "READ"}),
    ("databricks_group_member", {"group_id": "1", "member_id": "2"}),
    ("azurerm_role_assignment", _ROLE),
    ("azuread_group_member", {"group_object_id": "g", "member_object_id": "m"}),
    ("azapi_resource", {"type": "Microsoft.KeyVault/vaults@2023-07-01", "parent_id": "/subscriptions/1"}),
    ("azurerm_key_vault_access_policy", {"key_vault_id": "k", "object_id": "o", "secret_permissions": ["Get"]}),
    ("azurerm_future_thing", {"name": "n", "principal_ids": ["p"]}),
    ("azurerm_storage_share", {"name": "n", "acl": [{"id": "a"}]}),
    ("databricks_secret_scope", {"name": "n", "initial_manage_principal": "eng"}),
    ("aws_iam_role", {"name": "admin"}),
]
_TOP_LEVEL = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=4, max_size=24).filter(
    lambda name: name not in plan(change("databricks_job.a", ["no-op"], {}, {}))
)
_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _reviewed(document: dict[str, Any]) -> Review | None:
    """The review; None where the plan is refused, which stops it too."""
    try:
        return reviewer().review("prod-ml", document)
    except PlanError:
        return None


def _is_stopped(found: Review | None) -> bool:
    return found is None or (found.says_something and found.decision.verdict is not Verdict.PASS)


def _created(kind: str, values: dict[str, Any], unknown: Any = None) -> dict[str, Any]:
    references = {f"{kind}.x": dict.fromkeys(unknown or {}, "var.given")}
    return plan(change(f"{kind}.x", ["create"], None, values, after_unknown=unknown or {}), uses=references)


@_quick
@given(st.sampled_from(_STOPPED), st.data())
def test_what_becomes_unknown_is_stopped_as_what_was_known(case: Case, data: st.DataObject) -> None:
    """Any attributes of what gives access become known after the apply: never less strict than before."""
    kind, values = case
    assert _is_stopped(_reviewed(_created(kind, values)))
    hidden = data.draw(st.sets(st.sampled_from(sorted(values))))
    known = {name: value for name, value in values.items() if name not in hidden}
    assert _is_stopped(_reviewed(_created(kind, known, dict.fromkeys(hidden, True))))


@_quick
@given(st.sampled_from(_STOPPED), st.data())
def test_parts_of_blocks_that_become_unknown_are_stopped(case: Case, data: st.DataObject) -> None:
    """Inside a block too: a principal, a privilege, a whole entry."""
    kind, values = case
    lists = sorted(name for name, value in values.items() if isinstance(value, list) and isinstance(value[0], dict))
    if lists:
        name = data.draw(st.sampled_from(lists))
        entry = values[name][0]
        hidden = data.draw(st.sets(st.sampled_from(sorted(entry)), min_size=1))
        left = [{key: value for key, value in entry.items() if key not in hidden}]
        unknown = {name: [dict.fromkeys(hidden, True)]}
        assert _is_stopped(_reviewed(_created(kind, values | {name: left}, unknown)))


@_quick
@given(st.sampled_from(_STOPPED), st.lists(st.text(max_size=8), max_size=3))
def test_actions_that_are_not_known_are_stopped(case: Case, actions: list[str]) -> None:
    """Whatever words stand there, only those that Terraform writes for nothing mean nothing."""
    kind, values = case
    found = _reviewed(plan(change(f"{kind}.x", actions, None, values)))
    assert _is_stopped(found) or actions in (["no-op"], ["read"])


@_quick
@given(_TOP_LEVEL, _JUNK.filter(lambda value: value not in (None, [], {}, False)))
def test_a_part_that_is_not_known_is_said(name: str, value: Any) -> None:
    """A plan without changes and with a part of another name is no plan without changes."""
    document = plan(change("databricks_job.a", ["no-op"], {}, {})) | {name: value}
    assert _is_stopped(_reviewed(document))


@_quick
@given(st.sampled_from(_STOPPED), _JUNK, st.data())
def test_junk_in_the_place_of_a_value_never_reads_as_no_changes(case: Case, junk: Any, data: st.DataObject) -> None:
    """A part of an entry or of the plan is replaced by anything: refused, stopped, or still told as a change."""
    document = _created(*case)
    entry = document["resource_changes"][0]
    place = data.draw(st.sampled_from(("address", "type", "mode", "change", "actions", "resource_changes", "planned")))
    if place == "planned":
        document["planned_values"] = junk
    elif place == "resource_changes":
        document["resource_changes"] = junk
    elif place == "actions":
        entry["change"]["actions"] = junk
    else:
        entry[place] = junk
    assert _is_stopped(_reviewed(document)) or place == "type"


@_quick
@given(st.sampled_from(_STOPPED))
def test_what_was_taken_out_is_refused(case: Case) -> None:
    """A plan whose entries were cut is no plan without changes."""
    document = _created(*case)
    for left in ([], None):
        assert _reviewed(copy.deepcopy(document) | {"resource_changes": left}) is None


_ALL = [{"principal": "users", "privileges": ["MODIFY"]}]
# By rule: what fails as it is written.
_CRITICAL: list[tuple[str, str, dict[str, Any]]] = [
    ("CKV_MLOPS_1", "databricks_grants", {"catalog": "c", "grant": _ALL}),
    ("CKV_MLOPS_1", "databricks_grant", {"catalog": "c", "principal": "account users", "privileges": ["MODIFY"]}),
    ("CKV_MLOPS_33", "databricks_cluster", {"spark_conf": {"my.password": "hunter2hunter2"}}),
    ("CKV_MLOPS_85", "databricks_job", {"parameter": [{"name": "password", "default": "hunter2hunter2"}]}),
    ("CKV_MLOPS_35", "databricks_secret", {"string_value": "hunter2hunter2"}),
]


@_quick
@given(st.sampled_from(_CRITICAL), st.data())
def test_a_critical_rule_does_not_pass_what_it_cannot_see(
    case: tuple[str, str, dict[str, Any]], data: st.DataObject
) -> None:
    """What fails as it is written, and is then computed in whole or in part, is unknown or fails: in stack and plan."""
    rule, kind, values = case
    hidden = data.draw(st.sets(st.sampled_from(sorted(set(values) - {"catalog", "privileges"})), min_size=0))
    written = values | dict.fromkeys(hidden, "${var.given}")
    known = {name: value for name, value in values.items() if name not in hidden}
    documents = ({"resource": {kind: {"x": written}}}, _created(kind, known, dict.fromkeys(hidden, True)))
    for document in documents:
        said = {one.result.value for one in findings_of(document) if one.rule == rule}
        assert said
        assert "pass" not in said


@_quick
@given(st.dictionaries(st.text(max_size=12), _JUNK, max_size=4))
def test_a_document_that_is_neither_is_refused(raw: dict[str, Any]) -> None:
    """No empty list of findings for a mapping without the parts of a plan or a stack."""
    keys = {"resource", "terraform", "provider", "format_version", "planned_values", "resource_changes"}
    if not keys & set(raw):
        try:
            findings_of(raw)
        except UnreadableDocument:
            return
        raise AssertionError(raw)
