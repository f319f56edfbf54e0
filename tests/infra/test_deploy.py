"""Plans and deployments: which stacks in which order, what is run, and what is said to be missing."""

import os
import stat
from pathlib import Path

import pytest

from infra import deploy
from infra.costs.profiles import without_hub
from infra.deploy import DeployError, Tools, commands, main, missing, stacks_of
from infra.main import WORKSPACES
from infra.spec import load

USED = Tools(cdktf=Path("node_modules/.bin/cdktf"), terraform="terraform", path="")


def _program(folder: Path, name: str, script: str) -> None:
    """An executable shell script in `folder`."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_the_stacks_of_a_target_in_order() -> None:
    """Azure comes before the workspace in it, that before its jobs; phase two only by name; shared stacks alone."""
    spec = load(WORKSPACES)
    assert stacks_of(spec, "prod") == ["prod-platform", "prod-workspace", "prod-ml"]
    assert stacks_of(spec, "prod", "platform") == ["prod-platform"]
    assert stacks_of(spec, "prod", "serving") == ["prod-serving"]
    assert stacks_of(spec, "staging", "masks") == ["staging-masks"]
    assert [stacks_of(spec, shared) for shared in ("bootstrap", "hub", "account")] == [
        ["bootstrap"],
        ["hub"],
        ["account", "dev-rights", "prod-rights", "staging-rights"],
    ]
    with pytest.raises(
        DeployError, match="ENV=produ does not exist; allowed are bootstrap, hub, account, dev, prod, staging"
    ):
        stacks_of(spec, "produ")
    with pytest.raises(DeployError, match="dev serves nothing"):
        stacks_of(spec, "dev", "serving")
    with pytest.raises(DeployError, match="dev holds no sensitive column, so it has no stack dev-masks"):
        stacks_of(spec, "dev", "masks")
    with pytest.raises(DeployError, match="hub is deployed whole, without a part platform: leave PLATFORM out"):
        stacks_of(spec, "hub", "platform")


def test_without_a_hub_there_is_none_to_deploy() -> None:
    """The profile ip-allow-list has no such stack, and says so."""
    with pytest.raises(DeployError, match="ENV=hub does not exist; allowed are bootstrap, account, dev"):
        stacks_of(without_hub(load(WORKSPACES)), "hub")


def test_what_is_run_for_each_action() -> None:
    """A plan is kept in a file; a deployment asks a person unless the plan was approved; nothing asks the registry."""
    cdktf = "node_modules/.bin/cdktf"
    skip = "--skip-provider-lock"
    assert commands("deploy", "prod-ml", USED, approved=False) == [[cdktf, "deploy", "prod-ml", skip]]
    assert commands("deploy", "prod-ml", USED, approved=True) == [[cdktf, "deploy", "prod-ml", skip, "--auto-approve"]]
    assert commands("destroy", "dev-ml", USED, approved=False) == [[cdktf, "destroy", "dev-ml", skip]]
    assert commands("diff", "dev-ml", USED, approved=True) == [[cdktf, "diff", "dev-ml", skip]]
    init, plan = commands("plan", "prod-ml", USED, approved=False)
    assert init[2:] == ["init", "-input=false"]
    assert plan[2:] == ["plan", "-input=false", "-out=plan.bin"]
    assert init[1].endswith("cdktf.out/stacks/prod-ml")


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    """On a bare machine: the CLI, Terraform and a sign-in, each with what to do."""
    found = missing(tmp_path, {"PATH": str(tmp_path)})
    assert [line.split(":")[0] for line in found] == ["the cdktf CLI", "terraform", "a sign-in to Azure"]
    assert "npm ci" in found[0]
    assert "make up" in found[1]
    assert "az login" in found[2]


def test_opentofu_takes_terraforms_place(tmp_path: Path) -> None:
    """The binary is the one that TERRAFORM_BINARY_NAME names, as in cdktf itself."""
    _program(tmp_path, "tofu", "exit 0")
    given = {"PATH": str(tmp_path), "TERRAFORM_BINARY_NAME": "tofu", "ARM_USE_OIDC": "true"}
    assert [line.split(":")[0] for line in missing(tmp_path, given)] == ["the cdktf CLI"]


def test_a_machine_without_the_tools_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is run, and the exit code is 2."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["deploy", "prod"]) == 2
    assert "this machine cannot deploy; missing are:" in capsys.readouterr().err


@pytest.mark.cdktf
def test_a_plan_goes_through_the_stacks_and_stops_at_the_first_failure(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a terraform that records its calls: init, plan and show of two stacks, then the jobs' plan fails."""
    if not (root / "node_modules" / ".bin" / "cdktf").exists():
        pytest.skip("the cdktf CLI is not installed: npm ci --ignore-scripts")
    log = tmp_path / "calls"
    out = tmp_path / "out"
    _program(
        tmp_path,
        "recorder",
        f'echo "${{1##*/}} $2" >> {log}\n'
        'case "$1 $2" in *-ml\\ plan) exit 1;; *\\ show) echo "{\\"format_version\\": \\"1.2\\"}";; esac',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "recorder")
    monkeypatch.setenv("ARM_USE_OIDC", "true")
    monkeypatch.setattr(deploy, "OUT", out)
    assert main(["plan", "prod"]) == 2
    assert log.read_text().split("\n")[:-1] == [
        "prod-platform init",
        "prod-platform plan",
        "prod-platform show",
        "prod-workspace init",
        "prod-workspace plan",
        "prod-workspace show",
        "prod-ml init",
        "prod-ml plan",
    ]
    assert (out / "stacks" / "prod-workspace" / "plan.json").read_text() == '{"format_version": "1.2"}\n'
    assert "prod-ml: plan failed with exit code 1" in capsys.readouterr().err
