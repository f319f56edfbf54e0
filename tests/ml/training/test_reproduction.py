"""A version trained again from the tables that its lineage names."""

from dataclasses import replace

import pytest

from ml.parameters import Common
from ml.training.reproduction import reproduce
from ml.versions.lineage import read_lineage
from ml.versions.training_run import HOLDOUT
from tests.ml.conftest import MODEL_NAME, World


@pytest.mark.long
def test_the_measures_of_then_come_out_again(world: World, trained: dict[str, object]) -> None:
    """Of all rows at the pinned versions, on the same hold-out; code that has changed since is told."""
    version = world.client.get_model_version(MODEL_NAME, str(trained["model_version"]))
    lineage = read_lineage("the version", version.tags)
    common = Common(use_case=world.use_case, catalog="dev", run_id="again")
    found = reproduce(world.tables, common, replace(lineage, code_sha256="of before"))
    measured = world.client.get_run(str(version.run_id)).data.metrics
    assert (found.rows, found.holdout_rows, found.same_code) == (6000, 1000, False)
    assert found.measures == {name: measured[f"{HOLDOUT}{name}"] for name in found.measures}
