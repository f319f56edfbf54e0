"""The synthesized documents, made once per run."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.main import WORKSPACES, synth

Documents = dict[str, dict[str, Any]]


def read_documents(out_dir: Path) -> Documents:
    """The documents under `out_dir`, by stack, without the comments that CDKTF adds."""
    documents = {}
    for path in sorted(out_dir.glob("stacks/*/cdk.tf.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for kind in ("resource", "data"):
            for instances in document.get(kind, {}).values():
                for arguments in instances.values():
                    del arguments["//"]
        documents[path.parent.name] = document
    return documents


@pytest.fixture(scope="session")
def out_dir(stacks_dir: Path) -> Path:
    """The folder with the shipped workspaces that all rooms share, synthesized once."""
    return stacks_dir


@pytest.fixture(scope="session")
def documents(stacks_dir: Path) -> Documents:
    """The documents of the shipped workspaces, by stack."""
    return read_documents(stacks_dir)


@pytest.fixture
def workspaces(tmp_path: Path) -> Path:
    """A copy of the shipped workspaces, to change."""
    copy = tmp_path / "workspaces"
    shutil.copytree(WORKSPACES, copy)
    return copy


@pytest.fixture
def synthesized(workspaces: Path, tmp_path: Path) -> Callable[[], Documents]:
    """Synthesizes the (changed) copy of the workspaces."""

    def run() -> Documents:
        synth(tmp_path / "out", workspaces)
        return read_documents(tmp_path / "out")

    return run


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    """Replace `old`, which must be there, in the file at `path`."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, count), encoding="utf-8")
