"""The platform as CDK Terrain synthesizes it, from an environment of its own (`make setup-cdktn`)."""

import os
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from infra.cdktf_seam import SeamError, toolkit
from infra.main import WORKSPACES
from tests.infra.conftest import Documents, read_documents

PYTHON = Path(__file__).resolve().parents[2] / ".venv-cdktn" / "bin" / "python"
PROGRAM = "import sys; from pathlib import Path; from infra.main import synth; synth(*map(Path, sys.argv[1:]))"


def _without_versions(document: dict[str, Any]) -> dict[str, Any]:
    """A document without the versions of toolkit and providers, in which alone the two differ."""
    assert document["//"]["metadata"].pop("version")
    for provider in document["terraform"]["required_providers"].values():
        assert provider.pop("version")
    return document


@pytest.mark.long
@pytest.mark.skipif(not PYTHON.exists(), reason="needs CDK Terrain: run `make setup-cdktn`")
def test_cdk_terrain_makes_the_same_documents(shipped: Documents, tmp_path: Path) -> None:
    """Every stack of the shipped workspaces, equal but for the versions of the toolkit and of the providers."""
    out = tmp_path / "cdktf.out"
    command = [str(PYTHON), "-c", PROGRAM, str(out), str(WORKSPACES)]
    done = subprocess.run(
        command,
        env={**os.environ, "CDK": "cdktn"},
        cwd=PYTHON.parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    theirs, ours = (
        {name: _without_versions(deepcopy(document)) for name, document in found.items()}
        for found in (read_documents(out), shipped)
    )
    assert sorted(theirs) == sorted(ours)
    assert [name for name in ours if theirs[name] != ours[name]] == []


def test_cdk_for_terraform_stays_the_default() -> None:
    """`CDK` names another toolkit; a name that is none is refused."""
    assert toolkit({}).core == "cdktf"
    assert toolkit({"CDK": ""}).core == "cdktf"
    assert toolkit({"CDK": "cdktn"}).providers == ("cdktn_provider_databricks", "cdktn_provider_azurerm")
    with pytest.raises(SeamError, match="CDK is 'pulumi': use one of cdktf, cdktn, or leave it out"):
        toolkit({"CDK": "pulumi"})
