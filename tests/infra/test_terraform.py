"""Terraform itself reads every document, as far as it gets without the providers."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.conftest import Documents


@pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not on PATH")
def test_terraform_understands_every_document(documents: Documents, tmp_path: Path) -> None:
    """Its only objection is that the providers are not at hand: blocks, lifecycles and expressions are well-formed."""
    configuration = tmp_path / "empty.tfrc"
    configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{ path = "{tmp_path}/none" }}\n}}\n')
    environment = os.environ | {"TF_CLI_CONFIG_FILE": str(configuration), "CHECKPOINT_DISABLE": "1"}
    for stack, document in documents.items():
        folder = tmp_path / stack
        folder.mkdir()
        (folder / "cdk.tf.json").write_text(json.dumps(document), encoding="utf-8")
        command = ["terraform", f"-chdir={folder}", "init", "-backend=false", "-input=false", "-no-color"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        errors = [line for line in done.stderr.splitlines() if line.startswith("Error:")]
        assert errors == ["Error: Failed to query available provider packages"], (stack, done.stderr[:2000])
