"""What the guides tell people to run exists."""

import re
from pathlib import Path

import click
import pytest

from cli.main import mlops

GUIDES = sorted((Path(__file__).parents[1] / "docs" / "guides").glob("*.md"))
_MAKE = re.compile(r"(?:^|`)make ([a-z][a-z -]*?)(?= [A-Z]+=|`|  |$|;)", re.MULTILINE)
_MLOPS = re.compile(r"(?:^|`)mlops ([a-z-]+)", re.MULTILINE)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_command_of_a_guide_exists(guide: Path, root: Path) -> None:
    """Targets of the Makefile, and commands of `mlops`."""
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = guide.read_text(encoding="utf-8")
    asked = {word for found in _MAKE.findall(text) for word in found.split()}
    assert asked - targets == set()
    assert set(_MLOPS.findall(text)) - set(mlops.list_commands(click.Context(mlops))) == set()


def test_the_first_deployment_has_its_steps(root: Path) -> None:
    """In the order in which each can be done: the state, Azure, the numbers, the account, phase two."""
    text = (root / "docs" / "guides" / "first-deployment.md").read_text(encoding="utf-8")
    steps = ["make first", "make move-state", "make deploy ENV=dev PLATFORM=1", "az databricks workspace show"]
    steps += ["mlops doctor --env dev", "make deploy ENV=account", "make deploy ENV=prod MASKS=1"]
    steps += ["make deploy ENV=prod SERVING=1"]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
