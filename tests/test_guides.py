"""The order of the steps in the guides."""

from pathlib import Path


def test_the_first_deployment_has_its_steps(root: Path) -> None:
    """In the order in which each can be done: the state, Azure, the numbers, the account, phase two."""
    text = (root / "docs" / "guides" / "first-deployment.md").read_text(encoding="utf-8")
    steps = ["make first", "make move-state", "make deploy ENV=dev PLATFORM=1", "az databricks workspace show"]
    steps += ["mlops doctor --env dev", "make deploy ENV=account", "make deploy ENV=prod MASKS=1"]
    steps += ["make deploy ENV=prod SERVING=1"]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
