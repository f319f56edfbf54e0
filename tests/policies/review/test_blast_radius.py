"""What else notices a change, inside a stack and across stacks."""

from typing import Any

from policies.review.changes.blast_radius import Users, blast_radius
from policies.review.changes.names import Names
from policies.terraform.plan import read_plan
from tests.policies.review.plans import change, plan

POLICY, JOB, PERMISSIONS, ENDPOINT = (
    "databricks_cluster_policy.p",
    "databricks_job.j",
    "databricks_permissions.a",
    "databricks_model_serving.e",
)
USES = {
    JOB: {"policy_id": f"{POLICY}.id"},
    PERMISSIONS: {"job_id": f"{JOB}.id"},
    ENDPOINT: {"config": f"{JOB}.id"},
}


def _stays(address: str, values: dict[str, Any]) -> dict[str, Any]:
    return change(address, ["no-op"], values, values)


def _reach(action: list[str], elsewhere: Any = None) -> dict[str, tuple[Users, tuple[str, ...]]]:
    access = {"job_id": "1", "access_control": [{"group_name": "eng", "permission_level": "CAN_VIEW"}]}
    document = plan(
        change(
            POLICY, action, {"name": "p", "v": "1"}, {"name": "p", "v": "2"} if "delete" not in action[-1:] else None
        ),
        _stays(JOB, {"name": "train", "run_as": [{"service_principal_name": "sp-1"}]}),
        _stays(PERMISSIONS, access),
        _stays(ENDPOINT, {"name": "ep"}),
        uses=USES,
    )
    found = read_plan("s", document)
    return {item.address: (item.users, item.others) for item in blast_radius(found, Names(found), elsewhere)}


def test_an_update_reaches_what_refers_to_it() -> None:
    """The job that uses the policy, and who it runs as; not what is behind the job."""
    assert _reach(["update"]) == {POLICY: (Users(jobs=("train",), principals=("sp-1",)), ())}


def test_a_replacement_reaches_everything_behind_it() -> None:
    """Also the endpoint behind the job, and the people who were given the job."""
    users = Users(jobs=("train",), endpoints=("ep",), principals=("eng", "sp-1"))
    assert _reach(["delete", "create"]) == {POLICY: (users, ())}


def test_other_stacks_are_asked_by_name() -> None:
    """What they answer is added."""
    asked = []

    def elsewhere(item: Any, name: str) -> Users:
        asked.append((item.address, name))
        return Users(jobs=("prod/credit-training",))

    found = _reach(["update"], elsewhere)
    assert asked == [(POLICY, "p")]
    assert found[POLICY][0].jobs == ("prod/credit-training", "train")


def test_what_nothing_uses_is_not_told() -> None:
    """And creating something reaches nobody yet."""
    lonely = read_plan("s", plan(change(JOB, ["update"], {"name": "a"}, {"name": "b"})))
    created = read_plan("s", plan(change(POLICY, ["create"], None, {"name": "p"}), _stays(JOB, {}), uses=USES))
    assert blast_radius(lonely, Names(lonely)) == []
    assert blast_radius(created, Names(created)) == []


def test_what_left_the_configuration_is_found_by_the_state() -> None:
    """A destroyed volume is no longer referred to; the state remembers who did."""
    state = {"values": {"root_module": {"resources": [
        {"address": JOB, "mode": "managed", "depends_on": ["databricks_volume.v"]},
    ]}}}  # fmt: skip
    document = plan(_stays(JOB, {"name": "train"}), change("databricks_volume.v", ["delete"], {"name": "v"}))
    document["configuration"]["root_module"]["resources"].pop()
    found = read_plan("s", document | {"prior_state": state})
    assert blast_radius(found, Names(found))[0].users.jobs == ("train",)
