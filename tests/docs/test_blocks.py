"""Every command in the documentation is run, or says why not. A block without a mark runs here, in its own folder."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, blocks, blocks_of
from tests.policies.review.plans import change, plan

LANGUAGES = {"sh", "text", "mermaid", "python", "yaml", "json"}
SHELL = [block for block in blocks() if block.language == "sh"]
RUN = [block for block in SHELL if not block.mark]
_TIMEOUT_S = 500


def test_every_block_says_its_language() -> None:
    """So that no command hides in one that says nothing."""
    assert [(block.place, block.language) for block in blocks() if block.language not in LANGUAGES] == []


def test_every_command_is_run_or_says_why_not() -> None:
    """Counted by mark: a new block is run here, or somebody writes down why it is not."""
    counts = {mark or "run": sum(block.mark == mark for block in SHELL) for mark in ("", "covered", "needs-cloud")}
    print(f"blocks of sh: {counts}")
    assert sum(counts.values()) == len(SHELL)
    assert counts["run"] >= 4
    short = [block.place for block in SHELL if block.mark == "needs-cloud" and len(block.why.split()) < 3]
    assert short == []


def test_what_a_test_covers_is_covered_by_one_that_exists() -> None:
    """The test is there, and its file, or the fixtures beside it, name the commands of the block."""
    for block in SHELL:
        if block.mark != "covered":
            continue
        sources = ""
        for named in block.why.split(", "):
            path, _, test = named.partition("::")
            text = (ROOT / path).read_text(encoding="utf-8")
            functions = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
            assert test in functions, f"{block.place}: {named} does not exist"
            beside = (ROOT / path).parent / "conftest.py"
            sources += text + (beside.read_text(encoding="utf-8") if beside.exists() else "")
        for line in block.text.splitlines():
            command = re.match(r"(?:mlops|make) ([\w-]+)", line)
            assert command is not None, f"{block.place}: {line}"
            words = {"test": "side_by_side"}.get(command[1], command[1])
            assert words in sources, f"{block.place}: no test beside {block.why} names {words}"


def _files(folder: Path) -> None:
    """What the blocks speak of: plans of two stacks, what the target branch has, and places to search."""
    values = {"name": "gold", "comment": "old"}
    changed = plan(change("databricks_schema.gold", ["update"], values, values | {"comment": "new"}))
    for stack in ("prod-ml", "prod-workspace"):
        (folder / f"{stack}.json").write_text(json.dumps(changed))
        (folder / "target" / "cdktf.out" / "stacks" / stack).mkdir(parents=True)
        target = folder / "target" / "cdktf.out" / "stacks" / stack / "cdk.tf.json"
        target.write_text(json.dumps({"resource": {"databricks_schema": {"gold": values}}}))


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with what the blocks speak of."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "explore.py").write_text("print('nothing to hide')\n")
    # `*.json` are plans to one block, and `state.json` is no plan.
    (tmp_path / "notebooks" / "state.json").write_text('{"version": 4}\n')
    _files(tmp_path)
    if "cdktf.out" in request.node.callspec.params["block"].text:
        (tmp_path / "cdktf.out").symlink_to(request.getfixturevalue("stacks_dir"))
    return tmp_path


@pytest.mark.programs
@pytest.mark.parametrize("block", RUN, ids=lambda block: block.place)
def test_a_block_runs(block: Block, folder: Path) -> None:
    """As it stands, in the shell that a reader has: `make` in the checkout, else among files of the names it has."""
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    makes = any(line.startswith("make ") for line in block.text.splitlines())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=ROOT if makes else folder,
        env={**os.environ, "PATH": path, "MLOPS_HOME": str(folder / "clouds")},
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    assert done.returncode == 0, f"{block.place}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert done.stdout or "--out" in block.text


def test_a_mark_is_read_from_the_line_above() -> None:
    """Elsewhere it is none: a reader would not see what it is about."""
    text = "<!-- needs-cloud: an account is needed -->\n```sh\naz login\n```\n\n<!-- covered: x -->\n\n```sh\nls\n```\n"
    first, second = blocks_of(text, ROOT / "README.md")
    assert (first.mark, first.why, first.line) == ("needs-cloud", "an account is needed", 2)
    assert (second.mark, second.text) == ("", "ls\n")
