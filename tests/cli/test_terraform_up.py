"""`mlops up --terraform`: which stacks, in which order, as whom. A script stands for Terraform and notes its calls."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import terraform_up
from cli.conformance.stacks import DOCUMENT, Stack, kept
from cli.errors import CommandError
from cli.main import mlops
from tests.localcloud.core import HOSTS, Core

SCRIPT = """#!/bin/sh
echo "$2 $(basename ${1#-chdir=}) $DATABRICKS_TOKEN" >> "$CALLS"
if [ -f "${1#-chdir=}/$2.code" ]; then echo "Error: $2 went wrong"; exit 1; fi
echo "Apply complete! Resources: 1 added, 0 changed, 0 destroyed."
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A program that notes `verb stack token`, and fails if the stack's folder has a file `<verb>.code`."""
    found = tmp_path / "terraform"
    found.write_text(SCRIPT)
    found.chmod(0o755)
    return found


def _stacks(tmp_path: Path) -> list[Stack]:
    hosts = {"account": "https://accounts.azuredatabricks.net", "prod-serving": HOSTS["prod"]}
    hosts |= {"prod-rights": HOSTS["prod"], "prod-ml": HOSTS["prod"], "hub": ""}
    for name, host in hosts.items():
        path = tmp_path / "cdktf.out" / "stacks" / name / DOCUMENT
        path.parent.mkdir(parents=True, exist_ok=True)
        provider = f'{{"databricks": [{{"host": "{host}"}}]}}' if host else "{}"
        lifecycle = '{"prevent_destroy": true}'
        path.write_text(f'{{"provider": {provider}, "resource": {{"t": {{"one": {{"lifecycle": {lifecycle}}}}}}}}}')
    return kept(tmp_path / "cdktf.out", list(hosts), tmp_path / "work")


def test_documents_are_renewed_and_states_stay(tmp_path: Path) -> None:
    """Phase two comes last, what is protected stays so, and a second time keeps the state beside the document."""
    stacks = _stacks(tmp_path)
    assert [each.name for each in stacks] == ["account", "prod-rights", "prod-ml", "hub", "prod-serving"]
    assert "prevent_destroy" in (stacks[0].folder / DOCUMENT).read_text()
    (stacks[0].folder / "terraform.tfstate").write_text("{}")
    assert (_stacks(tmp_path)[0].folder / "terraform.tfstate").read_text() == "{}"


def test_each_stack_is_applied_as_its_deployer(served: Core, tmp_path: Path, script: Path) -> None:
    """What is the account's as the administrator, the environment's own as its pipeline; one that fails ends it."""
    served.application("prod-deployer")
    stacks = _stacks(tmp_path)
    environment = {"CALLS": str(tmp_path / "calls"), "PATH": "/usr/bin:/bin"}
    terraform_up.apply(str(script), environment, stacks, terraform_up.token_of)
    calls = [line.split() for line in (tmp_path / "calls").read_text().splitlines()]
    as_admin = {stack: token == served.admin_token for _, stack, token in calls}
    assert as_admin == {"account": True, "prod-rights": True, "prod-ml": False, "hub": True, "prod-serving": False}
    (stacks[2].folder / "apply.code").write_text("")
    with pytest.raises(CommandError, match="terraform apply of prod-ml failed:\nError: apply went wrong"):
        terraform_up.apply(str(script), environment, stacks, terraform_up.token_of)
    assert len((tmp_path / "calls").read_text().splitlines()) == 5 + 3


def test_phase_two_waits_for_what_jobs_make(served: Core, tmp_path: Path) -> None:
    """What serves has grants on predictions, which scoring makes; nothing has run yet."""
    before = {each.name: terraform_up.stage_before(each) for each in _stacks(tmp_path) if each.is_phase_two}
    assert before == {"prod-serving": "scoring"}
    assert terraform_up.has_run("prod", "scoring") is False


def test_without_terraform_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And leaves the stacks to the loader."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert terraform_up.deploy(["account"]) is False
    said = capsys.readouterr()
    assert "terraform is not on the PATH" in said.out + said.err


def test_what_terraform_deployed_is_not_loaded(served: Core, commands: CliRunner, tmp_path: Path) -> None:
    """The loader would make it twice; nor are both options taken together."""
    state = terraform_up.folder() / "account" / "terraform.tfstate"
    state.parent.mkdir(parents=True)
    state.write_text("{}")
    refused = commands.invoke(mlops, ["up"])
    assert (refused.exit_code, "mlops up --terraform" in refused.output) == (1, True)
    assert commands.invoke(mlops, ["up", "--mend", "--terraform"]).exit_code == 2
