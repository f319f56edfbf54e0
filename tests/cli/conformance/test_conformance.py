"""What `make conformance` asks of Terraform, and how it ends. A script stands for Terraform and notes its calls."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conformance import __main__ as command
from cli.conformance.check import Terraform, UnavailableError, conform, initialize, table
from cli.conformance.stacks import DOCUMENT, Stack, prepared
from localcloud.endpoint import Endpoint

PROD = "https://adb-3.3.azuredatabricks.net"
SCRIPT = """#!/bin/sh
folder=${1#-chdir=}
echo "$2 $(basename $folder)" >> "$CALLS"
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
    """`account`, `prod-workspace` and `prod-ml`, with a resource each."""
    out = tmp_path / "cdktf.out"
    hosts = {"account": "https://accounts.azuredatabricks.net", "prod-workspace": PROD, "prod-ml": PROD, "hub": ""}
    for name, host in hosts.items():
        lifecycle = {"prevent_destroy": True, "ignore_changes": ["tags"]}
        document: dict[str, Any] = {
            "provider": {"databricks": [{"host": host}]} if host else {"azurerm": [{}]},
            "terraform": {"backend": {"azurerm": {"key": name}}},
            "resource": {"databricks_group": {"one": {"display_name": "one", "lifecycle": lifecycle}}},
        }
        path = out / "stacks" / name / DOCUMENT
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(document))
    (out / "stacks" / "prod-masks").mkdir()
    return prepared(out, ["hub", "account", "prod-workspace", "prod-ml", "prod-masks"], tmp_path / "work")


def _calls(terraform: Terraform) -> list[str]:
    return Path(terraform.environment["CALLS"]).read_text().splitlines()


def _fail(stack: Stack, verb: str, code: int) -> None:
    (stack.folder / f"{verb}.code").write_text(str(code))


def test_stacks_are_made_ready_in_their_order(stacks: list[Stack]) -> None:
    """Those of phase one; state in a file; nothing protected; which workspace each is for."""
    assert [(each.name, each.workspace, each.resources) for each in stacks] == [
        ("hub", "", 1),
        ("account", "", 1),
        ("prod-workspace", "prod", 1),
        ("prod-ml", "prod", 1),
    ]
    document = json.loads((stacks[1].folder / DOCUMENT).read_text())
    assert document["resource"]["databricks_group"]["one"]["lifecycle"] == {"ignore_changes": ["tags"]}
    override = json.loads((stacks[1].folder / "backend_override.tf.json").read_text())
    assert override == {"terraform": {"backend": {"local": {}}}}


def test_each_is_applied_planned_and_destroyed_in_reverse(terraform: Terraform, stacks: list[Stack]) -> None:
    """All pass, and the table says so."""
    rows = conform(terraform, stacks[1:], lambda _: None)
    assert _calls(terraform) == [
        "apply account",
        "plan account",
        "apply prod-workspace",
        "plan prod-workspace",
        "apply prod-ml",
        "plan prod-ml",
        "destroy prod-ml",
        "destroy prod-workspace",
        "destroy account",
    ]
    assert all(row.passed for row in rows)
    assert table(rows).splitlines()[2:4] == [
        "| account | 1 | ok | ok | ok |",
        "| prod-workspace | 1 | ok | ok | ok |",
    ]
    assert table(rows).endswith("3 of 3 stacks conform.")


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
    text = table(rows)
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
    found = command.environment_for(endpoint, "http://127.0.0.1:2", tmp_path / "ca.pem", own)
    assert {"ARM_USE_OIDC", "DATABRICKS_HOST", "AZURE_CONFIG_DIR"} & found.keys() == set()
    assert (found["HTTPS_PROXY"], found["SSL_CERT_FILE"]) == ("http://127.0.0.1:2", str(tmp_path / "ca.pem"))
    assert (found["ARM_CLIENT_SECRET"], found["DATABRICKS_TOKEN"]) == ("dapi-local", "dapi-local")
    assert found["PATH"] == "/bin"
