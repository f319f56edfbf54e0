"""Bodies in which one field after the other has another type than its own: 4xx, never a failure inside."""

import copy
from collections.abc import Iterator
from typing import Any

from localcloud.kernel.cloud import ACCOUNT_ID
from tests.localcloud.core import Core
from tests.localcloud.made import MADE

_WRONG: tuple[Any, ...] = (5, [], [5], {"a": 1}, [{"a": 1}])
_UNITY, _ACCOUNT = "/api/2.1/unity-catalog", f"/api/2.1/accounts/{ACCOUNT_ID}"
_ALERT = {"time_period": "MONTH", "action_configurations": [{"action_type": "EMAIL_NOTIFICATION", "target": "a@b.c"}]}
_MASK = {"function_name": "f", "on_column": "v"}
_POLICY = {
    **{"on_securable_type": "SCHEMA", "on_securable_fullname": "lake.gold", "name": "h", "to_principals": ["users"]},
    **{"policy_type": "POLICY_TYPE_COLUMN_MASK", "for_securable_type": "TABLE", "column_mask": _MASK},
    "match_columns": [{"condition": "hasTagValue('s', 'd')", "alias": "v"}],
}
# Method, path and body of other requests, of which the wrong types alone matter.
_OTHERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/api/2.0/preview/scim/v2/Groups", {"displayName": "g", "members": [{"value": "1"}]}),
    ("POST", "/api/2.0/alerts", {"display_name": "a", "query_text": "select 1", "evaluation": {"source": {}}}),
    ("POST", "/api/2.0/sql/queries", {"query": {"display_name": "q", "query_text": "select 1"}}),
    ("POST", "/api/2.0/workspace/import", {"path": "/Shared/x", "content": "cHJpbnQoMSk=", "format": "RAW"}),
    ("POST", "/api/2.0/secrets/acls/put", {"scope": "s", "principal": "users", "permission": "READ"}),
    ("POST", "/api/2.0/repos", {"url": "https://github.com/e/x.git", "provider": "gitHub", "path": "/Repos/ml/x"}),
    ("POST", "/api/2.1/tag-policies", {"tag_key": "k", "values": [{"name": "a"}]}),
    ("POST", "/api/2.0/serving-endpoints", {"name": "ep", "config": {"served_entities": [{"entity_name": "a.b.c"}]}}),
    ("POST", f"{_UNITY}/policies", _POLICY),
    ("POST", f"{_UNITY}/functions", {"function_info": {"name": "f", "input_params": {"parameters": [{"name": "x"}]}}}),
    (
        "PATCH",
        f"{_UNITY}/permissions/schema/lake.gold",
        {"changes": [{"principal": "account users", "add": ["USE_SCHEMA"]}]},
    ),
    (
        "PATCH",
        f"{_UNITY}/bindings/catalog/lake",
        {"add": [{"workspace_id": 1, "binding_type": "BINDING_TYPE_READ_ONLY"}]},
    ),
    ("PATCH", f"{_UNITY}/catalogs/lake", {"comment": "x", "isolation_mode": "OPEN", "owner": "users"}),
    ("PUT", "/api/2.0/permissions/authorization/tokens", {"access_control_list": [{"group_name": "users"}]}),
    (
        "PATCH",
        "/api/2.0/settings/types/disable_legacy_dbfs/names/default",
        {"field_mask": "disable_legacy_dbfs.value", "setting": {"disable_legacy_dbfs": {"value": True}}},
    ),
    ("POST", f"{_ACCOUNT}/budgets", {"budget": {"display_name": "b", "alert_configurations": [_ALERT], "filter": {}}}),
    ("POST", f"{_ACCOUNT}/budget-policies", {"policy": {"policy_name": "x", "custom_tags": [{"key": "a"}]}}),
    ("POST", f"/api/2.0/accounts/{ACCOUNT_ID}/federationPolicies", {"oidc_policy": {"issuer": "https://a.b"}}),
    ("POST", f"/api/2.0/accounts/{ACCOUNT_ID}/metastores", {"metastore_info": {"name": "m", "region": "r"}}),
)


def _wrong(body: Any) -> Iterator[dict[str, Any]]:
    """`body` with each field and entry in turn replaced by what it is not."""
    for place in _places(body, ()):
        for value in _WRONG:
            new = copy.deepcopy(body)
            inner = new
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = value
            yield new


def _places(value: Any, at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in steps:
        yield (*at, step)
        yield from _places(each, (*at, step))


def test_a_field_of_another_type_is_refused(core: Core) -> None:
    """Whatever it is, and wherever in the body."""
    made = tuple(("POST", path, body) for path, body, _ in MADE.values())
    for method, path, body in made:
        assert core.call(method, f"{core.url('prod')}{path}", json=body).status_code == 200
    failed = set()
    for method, path, body in (*made, *_OTHERS):
        url = core.account_url if "/accounts/" in path else core.url("prod")
        for wrong in _wrong(body):
            answer = core.call(method, f"{url}{path}", json=wrong)
            if answer.status_code >= 500 and answer.status_code not in (501, 503):
                failed.add((path, str(wrong), answer.json()["message"]))
    assert failed == set()


def test_the_answer_says_what_was_expected(core: Core) -> None:
    """Every field that has another shape, where it is, what it was, and what to give."""
    body = {"name": 5, "tasks": [{"task_key": [1], "python_wheel_task": "x"}], "tags": {"path": "any"}}
    answer = core.call("POST", f"{core.url('prod')}/api/2.2/jobs/create", json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    for said in (
        "name is '5': give a text",
        "tasks[0].task_key is '[1]': give a text",
        "tasks[0].python_wheel_task is 'x': give an object",
    ):
        assert said in answer.json()["message"]
    assert "path" not in answer.json()["message"]
