"""Reading plans: anything that is not understood is an error or a note, never "no changes"."""

import json
from pathlib import Path
from typing import Any

import pytest

from policies.errors import DocumentError, PlanError
from policies.json_file import parse_document, read_document
from policies.review.comment.markdown import comment
from policies.review.decision.rules import Verdict
from policies.terraform.change import Action
from policies.terraform.plan import read_plan
from tests.policies.review.plans import change, plan, reviewed, reviewer

CREATED = change("databricks_job.a", ["create"], after={"name": "train"})
SAME = change("databricks_job.a", ["no-op"], before={"name": "train"}, after={"name": "train"})


def test_a_plan_that_is_cut_off_is_an_error() -> None:
    """Half a JSON document names the place where it ends."""
    whole = json.dumps(plan(CREATED)).encode()
    with pytest.raises(DocumentError, match=r"p\.json: is not a complete JSON document \(line 1, column \d+"):
        parse_document(whole[: len(whole) // 2], "p.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", "binary plan. Convert it: terraform show -json"),
        (b"\xff\xfe{\x00}", "is not UTF-8 or UTF-16 text"),
        (b"[]", "holds a JSON list; a JSON object is needed"),
        (b"", "is not a complete JSON document"),
        (b'{"a": 1, "a": 2}', "has the key 'a' twice"),
        (b'{"a":' + b"[" * 200_000, "is nested deeper than any plan"),
    ],
)
def test_what_is_no_plan_file_is_an_error(content: bytes, message: str) -> None:
    """Each says what was given."""
    with pytest.raises(DocumentError, match=message):
        parse_document(content, "p.json")


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    """PowerShell writes one."""
    assert parse_document(b"\xef\xbb\xbf{}", "p.json") == {}


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size and the limit are told, before it is read."""
    (tmp_path / "p.json").write_text("{}" + " " * 100)
    monkeypatch.setattr("policies.json_file.MAX_BYTES", 50)
    with pytest.raises(DocumentError, match="102 bytes; at most 50 are read"):
        read_document(tmp_path / "p.json")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"format_version": "2.0"}, "plan format 2.0 is not known"),
        ({"format_version": 1.2}, "is not a Terraform plan: format_version is '1.2'"),
        ({"format_version": None}, "is not a Terraform plan"),
        ({"resource_changes": {}}, "resource_changes is not a list of objects"),
        ({"resource_changes": ["x"]}, "resource_changes is not a list of objects"),
        ({"resource_changes": [{"address": "a.b", "type": "a"}]}, "has no address, type or change"),
        ({"resource_changes": [{"address": "a.b", "type": "a", "change": {}}]}, "a.b has no actions"),
        ({"output_changes": []}, None),
        ({"output_changes": ["x"]}, "output_changes is not an object"),
        ({"configuration": {"root_module": {"resources": [{}]}}}, "another form than Terraform writes"),
    ],
)
def test_a_document_that_is_no_plan_is_an_error(more: dict[str, Any], message: str | None) -> None:
    """A broken part is an error that names the stack; an empty one is none."""
    document = plan(CREATED) | more
    if message is None:
        assert read_plan("prod-ml", document).changes
        return
    with pytest.raises(PlanError, match=f"^prod-ml: .*{message}"):
        read_plan("prod-ml", document)


def test_a_state_is_no_plan() -> None:
    """`terraform show -json` without a plan file writes the state, which changes nothing."""
    document = plan(CREATED)
    del document["planned_values"]
    with pytest.raises(PlanError, match="is not a plan: planned_values is missing"):
        read_plan("prod-ml", document)


def test_a_plan_from_which_changes_were_taken_is_an_error() -> None:
    """Terraform lists every planned resource among the changes, so a missing one is no accident."""
    document = plan(CREATED, change("databricks_volume.v", ["delete"], before={"name": "v"}))
    document["resource_changes"] = document["resource_changes"][1:]
    with pytest.raises(PlanError, match=r"1 planned resources have no entry .* \(first: databricks_job"):
        read_plan("prod-ml", document)
    with pytest.raises(PlanError, match="the plan was truncated"):
        read_plan("prod-ml", plan(CREATED) | {"resource_changes": None})


def test_an_unknown_action_blocks() -> None:
    """A later Terraform may do what this review has no word for."""
    found = reviewed(change("databricks_job.a", ["evaporate"], before={"name": "a"}))
    assert found.counts == {"unknown": 1}
    assert found.decision.verdict is Verdict.BLOCK
    assert found.losses[0].lost.startswith("unknown: the plan names an action")


def test_an_unknown_resource_type_is_told() -> None:
    """Its destruction counts as loss of data."""
    found = reviewed(change("acme_vault.v", ["delete"], before={"name": "v"}))
    assert [(loss.address, loss.data) for loss in found.losses] == [("acme_vault.v", True)]
    assert "unknown: this type is not in" in found.losses[0].lost
    assert found.decision.verdict is Verdict.APPROVAL


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"format_version": "1.9"}, "plan format 1.9 is newer than 1.2"),
        ({"complete": False}, "Terraform calls this plan incomplete"),
        ({"deferred_changes": [{}]}, "1 changes are deferred"),
        ({"checks": [{"status": "fail"}]}, "1 checks of the configuration fail"),
        ({"applyable": True}, "Terraform would apply something that the plan's JSON does not show"),
    ],
)
def test_a_plan_that_is_not_the_whole_story_is_never_silent(more: dict[str, Any], note: str) -> None:
    """No resource changes, and yet the review speaks up and asks for an approval."""
    found = reviewed(SAME, **({"applyable": False} | more))
    assert [text for text in found.notes if text.startswith(note)]
    assert found.decision.verdict is Verdict.APPROVAL
    assert note in comment(found)


def test_a_failed_plan_blocks() -> None:
    """A plan that ended in an error lists only some of the changes."""
    assert reviewed(SAME, applyable=False, errored=True).decision.verdict is Verdict.BLOCK


def test_nothing_to_do_is_silent() -> None:
    """No changes, no notes: an empty comment."""
    found = reviewed(SAME, applyable=False)
    assert (found.decision.verdict, comment(found)) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (change("databricks_job.a", ["no-op"], {}, {}, importing={"id": "1"}), {"import": 1}),
        (change("databricks_job.a", ["no-op"], {}, {}, item={"previous_address": "databricks_job.b"}), {"move": 1}),
        (change("databricks_job.a", ["forget"], {"name": "a"}), {"forget": 1}),
        (change("databricks_job.a", ["create", "delete"], {}, {}), {"replace": 1}),
        (change("databricks_job.a", ["delete", "create"], {}, {}), {"replace": 1}),
    ],
)
def test_every_kind_of_change_is_counted(item: dict[str, Any], expected: dict[str, int]) -> None:
    """Imports, moves and removals from the state are changes too."""
    found = reviewed(item)
    assert found.counts == expected
    assert found.says_something


def test_a_data_source_that_is_read_is_no_change() -> None:
    """Reading changes nothing."""
    read = change("data.databricks_job.a", ["read"], item={"mode": "data", "type": "databricks_job"})
    assert read_plan("s", plan(read)).resources[0].action is Action.READ
    assert comment(reviewed(read, applyable=False)) == ""


def test_changed_outputs_are_told() -> None:
    """Only their names: a value may be secret."""
    found = reviewed(SAME, applyable=True, output_changes={"key": {"actions": ["update"], "after": "hunter2hunter2"}})
    assert found.outputs == ("key",)
    assert "hunter2" not in comment(found)


def test_a_plan_of_50_mb_is_reviewed() -> None:
    """Large values are cut, and the comment stays within its limit."""
    many = [
        change(f"databricks_job.j{number}", ["update"], {"name": f"j{number}"}, {"name": "x" * 100_000})
        for number in range(250)
    ]
    content = json.dumps(plan(*many)).encode()
    assert len(content) > 50_000_000
    found = reviewer().review("prod-ml", parse_document(content, "p.json"))
    text = comment(found)
    assert found.counts == {"update": 250}
    assert len(text.encode()) <= 60_000


def test_a_provider_that_is_not_read_and_a_provisioner_are_said() -> None:
    """Both do what no plan shows; a random name does nothing outside the state."""
    made = [change(f"{kind}.a", ["create"], None, {"name": "a"}) for kind in ("aws_iam_role", "null_resource")]
    document = plan(*made, change("random_pet.a", ["create"], None, {}), change("aws_s3_bucket.b", ["no-op"], {}, {}))
    for item in document["configuration"]["root_module"]["resources"][1:2]:
        item["provisioners"] = [{"type": "local-exec", "expressions": {}}]
    assert read_plan("s", document).notes == (
        "null_resource.a runs provisioners (local-exec), whose effect no plan shows",
        "1 changes are of provider aws, which this review does not understand: aws_iam_role.a",
        "1 changes are of provider null, which this review does not understand: null_resource.a",
    )
