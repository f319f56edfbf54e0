"""`mlops export` and `mlops scan --manifests`, without a running cloud."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import mlops


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner whose local clouds lie in an empty folder."""
    monkeypatch.setenv("MLOPS_HOME", str(tmp_path))
    return CliRunner()


def test_a_place_that_is_not_declared_is_refused(cli: CliRunner, tmp_path: Path) -> None:
    """The shipped workspaces serve on Databricks alone; nothing is written."""
    result = cli.invoke(mlops, ["export", "credit", "--to", "aks", "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "prod does not serve credit at aks: its file names only Databricks" in result.stderr
    assert not (tmp_path / "out").exists()


def test_manifests_are_scanned_in_place_of_stacks(cli: CliRunner, manifests: Path, tmp_path: Path) -> None:
    """What is exported passes; one that runs `latest` does not, and the scan ends with 1."""
    assert cli.invoke(mlops, ["scan", "--manifests", str(manifests / "plain")]).exit_code == 0
    text = (manifests / "plain" / "server.yaml").read_text(encoding="utf-8")
    loose = tmp_path / "loose.yaml"
    loose.write_text(text.replace(f"credit@sha256:{'1' * 64}", "credit:latest"), encoding="utf-8")
    result = cli.invoke(mlops, ["scan", "--manifests", str(loose), "--format", "json"])
    assert result.exit_code == 1
    assert "images are pinned" in result.stdout
    assert "1 findings in the manifests" in result.stderr
