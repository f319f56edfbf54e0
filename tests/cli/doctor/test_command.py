"""`mlops doctor` as people call it: what it prints, and its exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import mlops
from tests.cli.doctor.test_terraform import PINNED, program
from tests.localcloud.core import Core


def test_findings_end_with_one(commands: CliRunner, served: Core) -> None:
    """In an empty local cloud everything is missing; standard output holds JSON alone."""
    result = commands.invoke(mlops, ["doctor", "--env", "prod", "--format", "json"])
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert set(rows[0]) == {"check", "result", "subject", "what", "fix"}
    [lacking] = [row for row in rows if row["check"] == "the catalog is isolated"]
    assert (lacking["result"], lacking["what"]) == ("wrong", "does not exist as a catalog of the workspace")
    assert "findings in prod: each line names the fix" in result.stderr


def test_a_healthy_workspace_ends_with_zero(
    commands: CliRunner, core: Core, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By any workspace's URL, with the sign-in that surrounds the command."""
    monkeypatch.setenv("DATABRICKS_TOKEN", core.admin_token)
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'bin', **PINNED)}:/bin")
    result = commands.invoke(mlops, ["doctor", "--env", "prod", "--host", core.url("prod"), "--all"])
    assert result.exit_code == 0, result.output
    assert "0 wrong, 0 unknown" in result.stdout
    assert "every wheel is what its folder says" in result.stdout


def test_an_environment_that_is_not_declared_is_refused(commands: CliRunner) -> None:
    """With those that are."""
    result = commands.invoke(mlops, ["doctor", "--env", "nowhere"])
    assert result.exit_code == 2
    assert "--env nowhere is not declared; declared are dev, prod, staging" in result.stderr
