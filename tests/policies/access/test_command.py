"""`mlops access`."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import mlops
from policies.access.invariants import Violation
from policies.access.show import as_csv, as_html
from tests.policies.access.estates import access, account, dev, prod


def _access(stacks: Path, *arguments: str) -> Result:
    return CliRunner().invoke(mlops, ["access", "--stacks", str(stacks), *arguments])


def test_the_shipped_stacks_as_csv(stacks_dir: Path, tmp_path: Path) -> None:
    """One row per principal, securable and privilege, with where it can be used and why."""
    out = tmp_path / "access.csv"
    result = _access(stacks_dir, "--format", "csv", "--out", str(out))
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.open()))
    all_mine = [row for row in rows if row["principal"] == "dev-credit-training"]
    mine = [row for row in all_mine if row["securable"].startswith("prod") and row["securable_kind"] != "mask"]
    assert {(row["securable"], row["privilege"], row["workspaces"]) for row in mine} == {
        ("prod", "USE_CATALOG", "dev"),
        ("prod.credit_gold", "USE_SCHEMA", "dev"),
        ("prod.credit_gold", "SELECT", "dev"),
        # Granted to analysts by name; to dev's training it comes from the schema.
        ("prod.credit_gold.predictions", "SELECT", "dev"),
        ("prod-credit-clear-readers", "MEMBER", ""),
    }
    assert {row["securable"] for row in all_mine if row["privilege"] == "CLEAR_VALUES"} == {
        f"prod.credit_{mask}"
        for mask in (
            *("bronze/hide_record", "bronze/hide_string", "gold/hide_int", "gold/hide_string"),
            *("silver/hide_int", "silver/hide_record", "silver/hide_string"),
        )
    }
    read = [row for row in mine if row["securable_kind"] != "group"]
    assert all("dev-credit-source-readers" in row["why"] for row in read)


def test_a_table_for_some(stacks_dir: Path) -> None:
    """Chosen by principal and securable."""
    result = _access(stacks_dir, "--principal", "analysts", "--securable", "prod.*")
    assert result.exit_code == 0
    assert "prod.credit_gold" in result.stdout
    assert "prod.credit_gold.predictions" in result.stdout
    assert "model-risk" not in result.stdout


def test_why(stacks_dir: Path) -> None:
    """The chain: membership, entry, grant; and what is missing where there is none."""
    result = _access(stacks_dir, "--why", "dev-credit-training", "prod.credit_gold")
    assert result.stdout.splitlines()[0] == "dev-credit-training on schema prod.credit_gold: USE_SCHEMA, SELECT"
    assert "dev-credit-training is in dev-credit-source-readers (account: databricks_group_member." in result.stdout
    result = _access(stacks_dir, "--why", "dev-credit-training", "prod.credit_gold", "--privilege", "MODIFY")
    first, reason = result.stdout.splitlines()
    assert first == "dev-credit-training on schema prod.credit_gold: no MODIFY"
    assert reason.startswith(
        "    no grant of MODIFY on schema prod.credit_gold, or on what it is in, to dev-credit-training"
    )
    assert "dev-credit-source-readers" in reason


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody", "prod.credit_gold"), "principal 'nobody' is in no stack"),
        (("analysts", "prod.credit_golf"), "securable 'prod.credit_golf' is in no stack; close are prod.credit_gold"),
        (("analysts", "prod.credit_gold", "--privilege", "FLY"), "there is no 'FLY' on a schema; there are USE_SCHEMA"),
    ],
)
def test_a_name_that_is_not_there(stacks_dir: Path, arguments: tuple[str, ...], message: str) -> None:
    """Says what is close."""
    result = _access(stacks_dir, "--why", *arguments)
    assert (result.exit_code, message in result.stderr) == (2, True)


def _write(folder: Path, **documents: dict[str, Any]) -> Path:
    for name, document in documents.items():
        path = folder / "stacks" / name.replace("_", "-") / "cdk.tf.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(document))
    return folder


def test_a_broken_invariant_ends_with_1(tmp_path: Path) -> None:
    """With the row that breaks it and why."""
    document = prod()
    document["resource"]["databricks_workspace_binding"]["d"]["binding_type"] = "BINDING_TYPE_READ_WRITE"
    result = _access(_write(tmp_path, account=account(), dev_workspace=dev(), prod_workspace=document))
    assert result.exit_code == 1
    assert (
        "only production and the platform's admins write production: dev-job holds MODIFY on schema prod.gold"
        in result.stderr
    )


def test_a_folder_without_stacks_is_an_error(tmp_path: Path) -> None:
    """It says how to write them."""
    result = _access(tmp_path)
    assert (result.exit_code, "holds no synthesized stacks. Write them: mlops synth" in result.stderr) == (2, True)


def test_names_cannot_break_out_of_the_page_or_the_sheet() -> None:
    """A principal called like a script or a formula."""
    document = account()
    for evil in ("<script>alert(1)</script>", "=HYPERLINK(1)"):
        document["resource"]["databricks_group"][evil] = {"display_name": evil}
        document["resource"]["databricks_mws_permission_assignment"][evil] = {
            "principal_id": evil,
            "workspace_id": 33,
            "permissions": ["ADMIN"],
        }
    matrix = list(access(account=document).matrix())
    page, sheet = as_html(matrix, []), as_csv(matrix)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not [row for row in csv.DictReader(sheet.splitlines()) if row["principal"].startswith("=")]


def test_the_page_shows_what_is_broken_first() -> None:
    """A reviewer sees it before the tables."""
    found = access()
    matrix = list(found.matrix())
    page = as_html(matrix, [Violation(invariant="rule", what="x holds y")])
    assert page.index("rule: x holds y") < page.index("<table>")
    assert "Every declared invariant holds" in as_html(matrix, [])
