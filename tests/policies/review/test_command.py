"""`mlops review`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import mlops
from tests.policies.review.plans import REAL_PLANS, change, needs_real_plans, plan

SAME = plan(change("databricks_job.a", ["no-op"], {"name": "a"}, {"name": "a"}), applyable=False)
RENAMED = plan(change("databricks_directory.a", ["update"], {"path": "/a"}, {"path": "/b"}))
LOST = plan(change("databricks_volume.v", ["delete"], {"name": "v"}))
OPEN = plan(
    change(
        "databricks_grants.g",
        ["create"],
        None,
        {"catalog": "prod", "grant": [{"principal": "account users", "privileges": ["ALL_PRIVILEGES"]}]},
    )
)


def _review(tmp_path: Path, *arguments: str, **plans: dict[str, Any]) -> Result:
    paths = []
    for name, document in plans.items():
        path = tmp_path / f"{name.replace('_', '-')}.json"
        path.write_text(json.dumps(document))
        paths.append(str(path))
    nowhere = str(tmp_path / "no-stacks")
    return CliRunner().invoke(mlops, ["review", *paths, "--stacks", nowhere, *arguments])


def test_a_plan_without_changes_is_silent(tmp_path: Path) -> None:
    """Empty output and 0: there is nothing to comment."""
    result = _review(tmp_path, prod_ml=SAME)
    assert (result.exit_code, result.output) == (0, "")


def test_each_stack_has_its_comment(tmp_path: Path) -> None:
    """In the order given, and none for the one that does not change."""
    result = _review(tmp_path, dev_ml=RENAMED, prod_ml=SAME, prod_workspace=LOST)
    assert result.exit_code == 0, result.output
    markers = [line for line in result.stdout.splitlines() if line.startswith("<!--")]
    assert markers == ["<!-- mlops-review: dev-ml -->", "<!-- mlops-review: prod-workspace -->"]
    assert "## `dev-ml`: pass" in result.stdout
    assert "## `prod-workspace`: needs approval by" in result.stdout


def test_a_blocked_plan_ends_with_1_after_the_comment(tmp_path: Path) -> None:
    """Everything for `account users` on prod."""
    result = _review(tmp_path, prod_workspace=OPEN)
    assert result.exit_code == 1
    assert "## `prod-workspace`: **blocked**" in result.stdout
    assert result.stderr == "error: blocked: prod-workspace\n"


def test_json_has_every_stack(tmp_path: Path) -> None:
    """Programs get the stacks without changes too."""
    result = _review(tmp_path, "--format", "json", dev_ml=SAME, prod_workspace=LOST)
    found = {item["stack"]: item for item in json.loads(result.stdout)}
    assert found["dev-ml"]["counts"] == {}
    assert found["prod-workspace"]["decision"]["by"] == ["platform-admins", "model-risk"]


def test_one_file_per_stack(tmp_path: Path) -> None:
    """An empty one tells the pipeline to take its comment away."""
    out = tmp_path / "out"
    result = _review(tmp_path, "--out", str(out), dev_ml=SAME, prod_workspace=LOST)
    assert (result.exit_code, result.stdout) == (0, "")
    assert {path.name: bool(path.read_text()) for path in out.iterdir()} == {
        "dev-ml.md": False,
        "prod-workspace.md": True,
    }


def test_a_plan_that_cannot_be_read_ends_with_2(tmp_path: Path) -> None:
    """A clear error, and no review of the others that could be taken for the whole."""
    (tmp_path / "broken.json").write_text(json.dumps(LOST)[:-20])
    result = CliRunner().invoke(mlops, ["review", str(tmp_path / "broken.json")])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "broken.json: is not a complete JSON document" in result.stderr


def test_a_plan_called_plan_is_of_its_folders_stack(tmp_path: Path) -> None:
    """`cdktf.out/stacks/<stack>/plan.json`; and two of one stack are refused."""
    for folder in ("dev-ml", "other/dev-ml"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "plan.json").write_text(json.dumps(LOST))
    first, second = (str(tmp_path / folder / "plan.json") for folder in ("dev-ml", "other/dev-ml"))
    assert "## `dev-ml`" in CliRunner().invoke(mlops, ["review", first]).stdout
    result = CliRunner().invoke(mlops, ["review", first, second])
    assert (result.exit_code, "there are two plans of stack dev-ml" in result.stderr) == (2, True)


@needs_real_plans
def test_the_scan_has_its_say(tmp_path: Path) -> None:
    """The real plan's warehouse stops after 120 minutes of idleness, which a medium policy of the scan forbids."""
    result = _review(tmp_path, "--format", "json", s=json.loads((REAL_PLANS / "create.json").read_text()))
    found = json.loads(result.stdout)[0]
    findings = [item for item in found["findings"] if item["address"] == "databricks_sql_endpoint.w"]
    assert [item["result"] for item in findings if "auto_stop_mins" in item["reason"]] == ["fail"]
    assert "medium finding" in [hit["rule"] for hit in found["decision"]["hits"]]


def test_who_uses_it_in_other_stacks_is_told(tmp_path: Path, stacks_dir: Path) -> None:
    """A change of prod's gold schema names the jobs whose principals were given it, and the endpoint of its model."""
    values = {"catalog_name": "prod", "name": "credit_gold"}
    path = tmp_path / "prod-workspace.json"
    path.write_text(json.dumps(plan(change("databricks_schema.g", ["update"], values, values | {"comment": "new"}))))
    result = CliRunner().invoke(mlops, ["review", str(path), "--stacks", str(stacks_dir), "--format", "json"])
    users = json.loads(result.stdout)[0]["reach"][0]["users"]
    assert {"prod/credit-ingest", "prod/credit-scoring", "dev/credit-training"} <= set(users["jobs"])
    assert {"analysts", "prod-credit-training", "dev-credit-training"} <= set(users["principals"])


def test_a_model_reaches_its_endpoint(tmp_path: Path, stacks_dir: Path) -> None:
    """By the model's full name, in another stack."""
    values = {"catalog_name": "prod", "schema_name": "credit_ops", "name": "default_risk"}
    path = tmp_path / "prod-ml.json"
    path.write_text(
        json.dumps(plan(change("databricks_registered_model.m", ["update"], values, values | {"comment": "new"})))
    )
    result = CliRunner().invoke(mlops, ["review", str(path), "--stacks", str(stacks_dir), "--format", "json"])
    assert json.loads(result.stdout)[0]["reach"][0]["users"]["endpoints"] == ["prod/credit-default-risk"]


def test_a_plan_that_failed_has_its_comment_and_ends_with_2(tmp_path: Path) -> None:
    """The reviewer reads what was planned until the error; the pipeline stops."""
    result = _review(tmp_path, prod_ml=RENAMED | {"errored": True})
    assert result.exit_code == 2
    assert "## `prod-ml`: **blocked**" in result.stdout
    assert "databricks_directory.a" in result.stdout
    assert "the plan ended with an error: prod-ml" in result.stderr


def test_a_plan_from_standard_input_is_read(tmp_path: Path) -> None:
    """`terraform show -json plan.out | mlops review -`."""
    arguments = ["review", "-", "--stacks", str(tmp_path / "none")]
    result = CliRunner().invoke(mlops, arguments, input=json.dumps(LOST))
    assert "## `plan`: needs approval" in result.stdout, result.output
    broken = CliRunner().invoke(mlops, arguments, input=json.dumps(LOST)[:-20])
    assert (broken.exit_code, "standard input: is not a complete JSON" in broken.stderr) == (2, True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_a_plan_that_powershell_wrote_is_read(tmp_path: Path, encoding: str) -> None:
    """`>` of Windows PowerShell writes UTF-16 with a byte order mark."""
    path = tmp_path / "prod-ml.json"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes((mark + json.dumps(LOST)).encode(encoding))
    result = CliRunner().invoke(mlops, ["review", str(path), "--stacks", str(tmp_path / "none")])
    assert "## `prod-ml`: needs approval" in result.stdout, result.output
