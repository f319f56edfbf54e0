"""The shipped stacks as documents."""

import json
from pathlib import Path
from typing import Any

import pytest

Stacks = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def stacks(stacks_dir: Path) -> Stacks:
    """The synthesized documents of the shipped workspaces, by stack."""
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(stacks_dir.rglob("cdk.tf.json"))}
