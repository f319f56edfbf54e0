"""A load while calls are refused: the cloud ends as it would without."""

from typing import Any

import pytest

from localcloud.loader import LoadError
from tests.localcloud.core import leave, start
from tests.localcloud.loader.stacks import ACCOUNT, Stacks, counts

POLICY = '{"num_workers": {"type": "fixed", "value": 1}}'


def _wide() -> dict[str, Any]:
    """A catalog with 10 schemas, their grants, 10 jobs and a policy."""
    made: dict[str, Any] = {
        "databricks_catalog.lake": {"name": "lake", "force_destroy": True},
        "databricks_cluster_policy.small": {"name": "small", "definition": POLICY},
    }
    for number in range(10):
        task = {"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}
        schema, name = f"databricks_schema.s{number}", f"s{number}"
        made[schema] = {"name": name, "catalog_name": "${databricks_catalog.lake.name}", "comment": f"no. {number}"}
        grant = [{"principal": "readers", "privileges": ["USE_SCHEMA", "SELECT"]}]
        made[f"databricks_grants.g{number}"] = {"schema": f"${{{schema}.id}}", "grant": grant}
        made[f"databricks_job.j{number}"] = {"name": f"j{number}", "task": [task]}
    return made


def _write(stacks: Stacks) -> None:
    stacks.write("account", {"databricks_group.readers": {"display_name": "readers"}}, host=ACCOUNT)
    stacks.write("prod-ml", _wide())


def _fault(stacks: Stacks, **body: Any) -> None:
    answer = stacks.core.call("POST", f"{stacks.core.account_url}/local/faults", json={"route": "/api/**"} | body)
    assert answer.status_code == 200, answer.text


def _hits(stacks: Stacks) -> list[int]:
    listed = stacks.core.call("GET", f"{stacks.core.account_url}/local/faults").json()["faults"]
    return [each["hit"] for each in listed]


def _seen(stacks: Stacks) -> dict[str, Any]:
    """What the loaded stacks made, as the SDK reads it."""
    admin = stacks.core.admin()
    schemas = {str(each.full_name): each.comment for each in admin.schemas.list("lake")}
    grants = {name: admin.grants.get("SCHEMA", name).as_dict() for name in schemas}
    jobs = [admin.jobs.get(each.job_id or 0).settings for each in admin.jobs.list()]
    policies = {each.name: each.definition for each in admin.cluster_policies.list()}
    by_name = sorted(((each.as_dict() for each in jobs if each)), key=lambda each: str(each["name"]))
    return {"schemas": schemas, "grants": grants, "jobs": by_name, "policies": policies}


@pytest.fixture
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the stacks make where no call is refused."""
    core = start(tmp_path_factory.mktemp("unharmed"))
    stacks = Stacks(core=core, folder=tmp_path_factory.mktemp("cdktf.out"))
    _write(stacks)
    stacks.load()
    seen = _seen(stacks)
    leave(core)
    return seen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_load_gets_over_refusals(stacks: Stacks, unharmed: dict[str, Any], seed: int) -> None:
    """At 5 % of 429 and 5 % of 503 everything is made once, as without them; a second load changes nothing."""
    _write(stacks)
    _fault(stacks, kind="429", rate=0.05, seed=seed, retry_after_s=0)
    _fault(stacks, kind="503", rate=0.05, seed=seed + 100, retry_after_s=0)
    assert counts(stacks.load()) == (33, 0, 0, 0)
    assert [hit > 0 for hit in _hits(stacks)] == [True, True]
    assert counts(stacks.load()) == (0, 0, 33, 0)
    stacks.core.cloud.faults.clear()
    assert _seen(stacks) == unharmed


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "429", "retry_after_s": 0}, "answered 429: RESOURCE_EXHAUSTED Fault 1 of the local cloud"),
        ({"kind": "500"}, "answered 500: INTERNAL_ERROR Fault 1 of the local cloud"),
        ({"kind": "dropped"}, "got no answer"),
    ],
)
def test_a_load_that_cannot_go_on_ends_and_is_taken_up(stacks: Stacks, fault: dict[str, Any], message: str) -> None:
    """What never ends, and what may have done something, ends the load and is named; the next load completes it."""
    _write(stacks)
    _fault(stacks, method="POST", route="/api/2.2/jobs/create", **fault)
    with pytest.raises(LoadError, match=rf"databricks_job\.j0: POST /api/2\.2/jobs/create {message}"):
        stacks.load()
    stacks.core.cloud.faults.clear()
    stacks.load()
    assert counts(stacks.load()) == (0, 0, 33, 0)
    assert sorted(str(job.settings.name) for job in stacks.core.admin().jobs.list() if job.settings) == [
        f"j{number}" for number in range(10)
    ]
