"""What `make conformance` asks of Terraform, and how it ends. A script stands for Terraform and notes its calls."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conformance import __main__ as command
from cli.conformance.check import Terraform, UnavailableError, conform, initialize
from cli.conformance.reach import environment_for
from cli.conformance.stacks import DOCUMENT, Stack, prepared
from cli.conformance.tables import tables
from localcloud.endpoint import Endpoint

PROD = "https://adb-3.3.azuredatabricks.net"
SCRIPT = """#!/bin/sh
folder=${1#-chdir=}
case "$*" in *update.tfplan*) of=" update";; *) of="";; esac
echo "$2$of $(basename $folder)" >> "$CALLS"
if [ "$2" = show ]; then cat "$folder/show.json"; exit 0; fi
if [ -f "$folder/$2.code" ]; then echo "Error: $2 of $(basename $folder)"; exit $(cat "$folder/$2.code"); fi
"""


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    """A program that notes `verb stack`, and fails with the code in the file `<verb>.code` of a stack's folder."""
    script = tmp_path / "terraform"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    return Terraform(program=str(script), environment={"CALLS": str(tmp_path / "calls"), "PATH": "/usr/bin:/bin"})


@pytest.fixture
def stacks(tmp_path: Path) -> list[Stack]:
    """`hub`, `account`, `prod-workspace` and `prod-ml`, with a group and a schema each."""
    out = tmp_path / "cdktf.out"
    hosts = {"account": "https://accounts.azuredatabricks.net", "prod-workspace": PROD, "prod-ml": PROD, "hub": ""}
    for name, host in hosts.items():
        lifecycle = {"prevent_destroy": True, "ignore_changes": ["tags"]}
        document: dict[str, Any] = {
            "provider": {"databricks": [{"host": host}]} if host else {"azurerm": [{}]},
            "terraform": {"backend": {"azurerm": {"key": name}}},
            "resource": {
                "databricks_group": {"one": {"display_name": "one", "lifecycle": lifecycle}},
                "databricks_schema": {"gold": {"name": "gold"}},
            },
        }
        path = out / "stacks" / name / DOCUMENT
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(document))
    (out / "stacks" / "prod-masks").mkdir()
    made = prepared(out, ["hub", "account", "prod-workspace", "prod-ml", "prod-masks"], tmp_path / "work")
    for stack in made:
        _plan(stack, {"databricks_schema.gold": ["update"]})
    return made


def _calls(terraform: Terraform) -> list[str]:
    return Path(terraform.environment["CALLS"]).read_text().splitlines()


def _plan(stack: Stack, actions: dict[str, list[str]]) -> None:
    """What the plan of a stack's updates says."""
    changes = [{"address": address, "change": {"actions": each}} for address, each in actions.items()]
    (stack.folder / "show.json").write_text(json.dumps({"resource_changes": changes}))


def _fail(stack: Stack, verb: str, code: int) -> None:
    (stack.folder / f"{verb}.code").write_text(str(code))


def test_stacks_are_made_ready_in_their_order(stacks: list[Stack]) -> None:
    """Those of phase one; state in a file; nothing protected; which workspace each is for."""
    assert [(each.name, each.workspace, each.resources) for each in stacks] == [
        ("hub", "", 2),
        ("account", "", 2),
        ("prod-workspace", "prod", 2),
        ("prod-ml", "prod", 2),
    ]
    document = json.loads((stacks[1].folder / DOCUMENT).read_text())
    assert document["resource"]["databricks_group"]["one"]["lifecycle"] == {"ignore_changes": ["tags"]}
    override = json.loads((stacks[1].folder / "backend_override.tf.json").read_text())
    assert override == {"terraform": {"backend": {"local": {}}}}


def test_each_is_applied_updated_and_destroyed_in_reverse(terraform: Terraform, stacks: list[Stack]) -> None:
    """All pass, and the tables say so, by stack and by type."""
    rows = conform(terraform, stacks[1:3], lambda _: None)
    each = ("plan update", "show update", "apply update", "plan")
    assert _calls(terraform) == [
        *("apply account", "plan account", "apply prod-workspace", "plan prod-workspace"),
        *(f"{call} account" for call in each),
        *(f"{call} prod-workspace" for call in each),
        *("destroy prod-workspace", "destroy account"),
    ]
    assert all(row.passed for row in rows)
    document = json.loads((stacks[1].folder / DOCUMENT).read_text())
    assert document["resource"]["databricks_schema"]["gold"]["comment"] == "Changed by conformance."
    lines = tables(rows).splitlines()
    assert lines[2:4] == ["| account | 2 | ok | ok | ok | ok | ok |", "| prod-workspace | 2 | ok | ok | ok | ok | ok |"]
    assert lines[7:9] == [
        "| databricks_group | 2 | ok | ok | - | ok | ok |",
        "| databricks_schema | 2 | ok | ok | comment | ok | ok |",
    ]
    assert tables(rows).endswith("2 of 2 stacks conform.")


def test_an_update_that_is_none_is_said(terraform: Terraform, stacks: list[Stack]) -> None:
    """A schema that would be made anew, and a group that is touched without having been changed."""
    _plan(stacks[1], {"databricks_schema.gold": ["delete", "create"], "databricks_group.one": ["update"]})
    (row,) = conform(terraform, stacks[1:2], lambda _: None)
    assert (row.updated, row.replanned, row.destroyed) == ("failed", "-", "ok")
    text = tables([row])
    assert "| databricks_schema | 1 | ok | ok | comment: replaced | - | ok |" in text
    assert "databricks_schema.gold: replaced, changed comment" in text
    assert "databricks_group.one: in place, changed nothing" in text


def test_what_does_not_conform_is_said_with_terraforms_words(terraform: Terraform, stacks: list[Stack]) -> None:
    """A failed apply is not planned, and is destroyed; a plan with changes is no error of Terraform's."""
    _, account, workspace, ml = stacks
    _fail(account, "apply", 1)
    _fail(workspace, "plan", 2)
    _fail(ml, "destroy", 1)
    rows = conform(terraform, [account, workspace, ml], lambda _: None)
    assert [(row.applied, row.planned, row.destroyed) for row in rows] == [
        ("failed", "-", "ok"),
        ("ok", "changes", "ok"),
        ("ok", "ok", "failed"),
    ]
    assert "plan account" not in _calls(terraform)
    text = tables(rows)
    assert "0 of 3 stacks conform." in text
    assert "account:\nError: apply of account" in text
    assert "prod-ml:\nError: destroy of prod-ml" in text


def test_without_providers_nothing_is_applied(terraform: Terraform, stacks: list[Stack]) -> None:
    """`terraform init` says why."""
    _fail(stacks[1], "init", 1)
    with pytest.raises(UnavailableError, match="terraform init of account:\nError: init of account"):
        initialize(terraform, stacks)
    assert _calls(terraform) == ["init hub", "init account"]


def test_without_terraform_the_command_ends_with_77(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says plainly what is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command.main() == 77
    assert "terraform is not on the PATH" in capsys.readouterr().out


def test_without_providers_the_command_ends_with_77(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, stacks: list[Stack], capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a local cloud is started."""
    _fail(stacks[0], "init", 1)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", terraform.program)
    monkeypatch.setenv("CALLS", terraform.environment["CALLS"])
    monkeypatch.setattr(command, "synth", lambda _: [])
    monkeypatch.setattr(command, "prepared", lambda *_: stacks)
    assert command.main() == 77
    assert "Error: init of hub" in capsys.readouterr().out


def test_terraform_signs_in_to_the_local_cloud_alone(tmp_path: Path) -> None:
    """Whatever the user is signed in to elsewhere is taken away; the clouds' names go through the proxy."""
    endpoint = Endpoint(
        account_url="http://127.0.0.1:1", spark_remote="", mlflow_url="", pid=1, admin_token="dapi-local"
    )
    own = {"PATH": "/bin", "ARM_USE_OIDC": "true", "DATABRICKS_HOST": "https://real", "AZURE_CONFIG_DIR": "/x"}
    found = environment_for(endpoint, "http://127.0.0.1:2", tmp_path / "ca.pem", own)
    assert {"ARM_USE_OIDC", "DATABRICKS_HOST", "AZURE_CONFIG_DIR"} & found.keys() == set()
    assert (found["HTTPS_PROXY"], found["SSL_CERT_FILE"]) == ("http://127.0.0.1:2", str(tmp_path / "ca.pem"))
    assert (found["ARM_CLIENT_SECRET"], found["DATABRICKS_TOKEN"]) == ("dapi-local", "dapi-local")
    assert found["PATH"] == "/bin"
