"""`mlops demo health --story mirror`: production makes the mirror, dev trains on it, from an empty machine."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import Mlops

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]


def test_dev_trains_on_the_mirror_and_reads_nothing_of_production(mlops: Mlops, tmp_path: Path) -> None:
    """By the deployed jobs, as the principals of the stacks, with the secret from production's vault.

    It has local clouds of its own, since it deploys other stacks.
    """
    mine = replace(mlops, env=mlops.env | {"MLOPS_HOME": str(tmp_path)})
    try:
        told = json.loads(mine("demo", "health", "--story", "mirror", "--format", "json").stdout)
        mine("secrets", str(mine.home() / "runs"), str(mine.home() / "logs"))
    finally:
        mine("down", ok=False)
    assert {row["what"]: row["verdict"] for row in told} == {
        "the mirror was made by the principal of production's ingest, which owns it": "pass",
        "every row is in the mirror, or was left out with its small group": "pass",
        "the mirror shows no key of production, and no sensitive value that is not drawn anew": "pass",
        "dev trained on the mirror": "pass",
        "dev can neither read production's own tables nor write the mirror": "pass",
        "the secret is in no log and in no file of the mirror": "pass",
    }
