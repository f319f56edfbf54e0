"""The synthesized documents, made once per run: of every use case, and of credit alone."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.cdktf_seam import App
from infra.jobs.compute import libraries
from infra.main import JOBS, WORKSPACES, synth
from infra.release import Release
from infra.spec import Environment, Spec, load
from infra.stacks.account import account_stack
from infra.stacks.bootstrap import bootstrap_stack
from infra.stacks.ml import ml_stack
from infra.stacks.serving import serving_stack
from infra.stacks.workspace import workspace_stack
from infra.wheel import build_wheel

Documents = dict[str, dict[str, Any]]
_USE_CASE = re.compile(r"  [a-z]")


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


def credit_alone(target: Path) -> Path:
    """A copy of the shipped workspaces at `target` in which credit is the only use case.

    So that what the stacks make of one use case is said in full, and another one changes no test.
    """
    shutil.copytree(WORKSPACES, target)
    for path in target.glob("*.yaml"):
        path.write_text(_without_others(path.read_text(encoding="utf-8")), encoding="utf-8")
    return target


def _without_others(text: str) -> str:
    """An environment's YAML without the lines of the use cases that are not credit."""
    kept, inside, leave = list[str](), False, False
    for line in text.splitlines(keepends=True):
        top = line[:1] not in (" ", "#", "\n")
        inside = line.startswith("use_cases:") if top else inside
        if top or line == "\n":
            leave = False
        elif inside and _USE_CASE.match(line):
            leave = not line.startswith("  credit:")
        if not leave:
            kept.append(line)
    return "".join(kept)


@pytest.fixture(scope="session")
def out_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the shipped workspaces, of credit alone, synthesized once."""
    folder = tmp_path_factory.mktemp("credit")
    synth(folder / "stacks", credit_alone(folder / "workspaces"))
    return folder / "stacks"


@pytest.fixture(scope="session")
def documents(out_dir: Path) -> Documents:
    """The documents of the shipped workspaces, of credit alone, by stack."""
    return read_documents(out_dir)


@pytest.fixture(scope="session")
def shipped(stacks_dir: Path) -> Documents:
    """The documents of the shipped workspaces as they are, of every use case, by stack."""
    return read_documents(stacks_dir)


@pytest.fixture
def workspaces(tmp_path: Path) -> Path:
    """A copy of the shipped workspaces, of credit alone, to change."""
    return credit_alone(tmp_path / "workspaces")


def synthesized_with(change: Callable[[Path], None], folder: Path) -> Documents:
    """The documents of a copy, under `folder`, of the shipped workspaces of credit alone that `change` has changed."""
    change(workspaces := credit_alone(folder / "workspaces"))
    synth(folder / "out", workspaces)
    return read_documents(folder / "out")


@pytest.fixture
def synthesized(workspaces: Path, tmp_path: Path) -> Callable[..., Documents]:
    """Synthesizes the (changed) copy of the workspaces: every stack, or those that are named, which is quicker."""

    def run(*names: str) -> Documents:
        if names:
            _synth_some(tmp_path / "out", load(workspaces), names)
        else:
            synth(tmp_path / "out", workspaces)
        return read_documents(tmp_path / "out")

    return run


def _synth_some(out_dir: Path, spec: Spec, names: tuple[str, ...]) -> None:
    app = App(outdir=str(out_dir))
    release = Release(wheel=build_wheel(), git_commit="unknown", libraries=libraries(spec))
    for name in names:
        environment, _, part = name.rpartition("-")
        if environment:
            _add_part(app, spec, release, part, next(each for each in spec.environments if each.name == environment))
        else:
            {"account": account_stack, "bootstrap": bootstrap_stack}[name](app, spec)
    app.synth()


def _add_part(app: Any, spec: Spec, release: Release, part: str, environment: Environment) -> None:
    if part == "serving":
        serving_stack(app, spec, environment)
    else:
        {"ml": ml_stack, "workspace": workspace_stack}[part](app, spec, environment, release, JOBS)


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    """Replace `old`, which must be there, in the file at `path`."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, count), encoding="utf-8")
