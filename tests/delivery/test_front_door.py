"""What a stranger meets first: licence, owners, templates, hooks and editors' settings say what is true."""

import configparser
import hashlib
import json
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from infra.wheel import build_wheel
from tests.delivery.steps import ROOT, load
from tests.delivery.test_pipelines import _tool

# Of the text that apache.org publishes as LICENSE-2.0.txt.
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def test_the_licence_is_apache_2_and_travels_in_the_wheel() -> None:
    """The whole text, unchanged; the package says so too."""
    text = (ROOT / "LICENSE").read_bytes()
    assert hashlib.sha256(text).hexdigest() == APACHE_2
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "Apache-2.0"
    with zipfile.ZipFile(build_wheel().path) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith("/licenses/LICENSE")]
        assert wheel.read(name) == text


def _owners() -> list[tuple[str, list[str]]]:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text().splitlines()
    return [(words[0], words[1:]) for line in lines if (words := line.split()) and not line.startswith("#")]


def test_every_owned_path_is_there_and_every_team_is_a_group() -> None:
    """A path that was renamed would be nobody's; the teams are the platform's groups."""
    groups = yaml.safe_load((ROOT / "workspaces" / "platform.yaml").read_text())["groups"]
    for pattern, teams in _owners():
        assert pattern == "*" or (ROOT / pattern.strip("/")).exists(), pattern
        assert {team.removeprefix("@example-org/") for team in teams} <= groups.keys()


def test_what_runs_as_a_pipeline_is_the_platforms() -> None:
    """Whoever changes it would have its rights."""
    owned = dict(_owners())
    for path in ("/.ci/", "/.github/", "/azure-pipelines/", "/delivery/", "/Makefile", "/Pipfile.lock", "/infra/"):
        assert owned[path] == ["@example-org/platform-admins"]


def test_hooks_run_this_repositorys_own_tools() -> None:
    """Nothing is fetched from elsewhere: ruff of the environment, or a target that exists."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    [repository] = load(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    entries = {hook["id"]: hook["entry"].split() for hook in repository["hooks"]}
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    assert {name: entry[0] for name, entry in entries.items()} == {
        "ruff": ".venv/bin/ruff",
        "ruff-format": ".venv/bin/ruff",
        "secrets": "make",
        "lint": "make",
    }
    assert {word for entry in entries.values() if entry[0] == "make" for word in entry[1:]} <= targets


def test_the_dev_container_sets_up_as_anyone_does() -> None:
    """By `make setup`, on a Python that the package allows."""
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["postCreateCommand"] == "make setup"
    assert container["image"].startswith("python:3.11-")


def test_files_are_as_the_editors_are_told() -> None:
    """UTF-8, line feeds, a last line that ends; the Makefile has tabs."""
    settings = configparser.ConfigParser()
    settings.read_string("[top]\n" + (ROOT / ".editorconfig").read_text())
    assert (settings["*"]["charset"], settings["*"]["end_of_line"]) == ("utf-8", "lf")
    assert (settings["*"]["max_line_length"], settings["Makefile"]["indent_style"]) == ("120", "tab")
    kinds = ("*.py", "*.yml", "*.yaml", "*.toml", "Makefile", "docs/*.md", "README.md")
    listed = subprocess.run(["git", "ls-files", *kinds], cwd=ROOT, capture_output=True, text=True, check=True)
    wrong = []
    for name in listed.stdout.split():
        text = (ROOT / name).read_bytes()
        if b"\r" in text or (text and not text.endswith(b"\n")) or text.decode("utf-8") is None:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize(("schema", "files"), [("forms", ("bug.yml", "feature.yml")), ("config", ("config.yml",))])
def test_issue_templates_are_what_github_reads(schema: str, files: tuple[str, ...]) -> None:
    """By the schemas inside check-jsonschema."""
    folder = ROOT / ".github" / "ISSUE_TEMPLATE"
    paths = [str(folder / name) for name in files]
    command = [_tool("check-jsonschema"), "--builtin-schema", f"vendor.github-issue-{schema}", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_files_that_others_look_for_are_where_they_look() -> None:
    """GitHub finds them by these names."""
    for name in ("LICENSE", "SECURITY.md", "CONTRIBUTING.md", ".github/CODEOWNERS", ".github/pull_request_template.md"):
        assert Path(ROOT / name).is_file(), name


def test_the_changelog_has_a_line_per_change_in_its_group() -> None:
    """So that what is not released yet can be read in a minute: each group once, no entry over several lines."""
    text = (ROOT / "CHANGELOG.md").read_text().partition("\n## Unreleased\n")[2].split("\n## ")[0]
    groups = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert [group for group in ("Added", "Changed", "Removed", "Decided", "Fixed") if group in groups] == groups
    lines = [line for line in text.splitlines() if line and not line.startswith(("### ", "- "))]
    assert [line for line in lines if not line.endswith(":")] == []
