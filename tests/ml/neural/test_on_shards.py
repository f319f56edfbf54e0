"""What every process of Spark's TorchDistributor runs, in processes that are started as it starts them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ml.neural.schedule import Schedule
from ml.training.learners.network import FIRST
from tests.ml.neural.test_shards import COLUMNS, written
from tests.ml.neural.torch_here import torch_or_skip

torch = torch_or_skip()
# As torchrun has it.
torch.set_num_threads(1)

from ml.neural import on_shards  # noqa: E402

_RUN = """
import json, sys
import numpy as np
from ml.neural import on_shards
asked, into = json.loads(sys.argv[1]), sys.argv[2]
done = on_shards.fit(asked)
np.savez(into, allow_pickle=False, curve=np.array(done["epochs"]), **done["weights"])
"""


def _asked(folder: Path, checkpoints: Path, **changes: object) -> dict[str, object]:
    schedule = Schedule(batch_rows=32, epochs=3, learning_rate=0.01, weight_decay=0.01, seed=2, double=True)
    asked = on_shards.Asked(
        columns=COLUMNS,
        edges=((-2.0, -1.0, 0.0, 1.0, 2.0), (-1.0, 1.0)),
        params={**FIRST, "width": 8, "dropout": 0.0},
        loss="logistic",
        schedule=schedule,
        rows=str(folder),
        tuning=str(folder),
        checkpoints=str(checkpoints),
    )
    return {**asked.as_values(), **changes}


def test_processes_that_torchrun_starts_fit_what_one_fits(tmp_path: Path) -> None:
    """Each reads its own shards; the weights agree to 1e-5, and the losses of every epoch."""
    written(tmp_path / "rows")
    alone = on_shards.fit(_asked(tmp_path / "rows", tmp_path / "alone"))
    script, into = tmp_path / "run.py", tmp_path / "weights.npz"
    script.write_text(_RUN)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nnodes=1", "--nproc_per_node=2"]
    asked = json.dumps(_asked(tmp_path / "rows", tmp_path / "two"))
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run([*torchrun, str(script), asked, str(into)], check=True, env=environ, timeout=300)
    with np.load(into, allow_pickle=False) as saved:
        for name, value in alone["weights"].items():
            np.testing.assert_allclose(saved[name], value, rtol=1e-5, atol=1e-8, err_msg=name)
        np.testing.assert_allclose(saved["curve"], np.array(alone["epochs"]), rtol=1e-9)


def test_what_was_fitted_is_found_again(tmp_path: Path) -> None:
    """A fit that ended is not made a second time."""
    written(tmp_path / "rows")
    first = on_shards.fit(_asked(tmp_path / "rows", tmp_path / "checkpoints"))
    assert first["best"] == min(first["epochs"], key=lambda epoch: epoch[2])[0]
    second = on_shards.fit(_asked(tmp_path / "rows", tmp_path / "checkpoints"))
    assert second["epochs"] == first["epochs"]
    assert all((second["weights"][name] == value).all() for name, value in first["weights"].items())


def test_a_loss_that_nobody_has_is_an_error(tmp_path: Path) -> None:
    """Before anything is fitted."""
    written(tmp_path / "rows")
    with pytest.raises(KeyError, match="hinge"):
        on_shards.fit(_asked(tmp_path / "rows", tmp_path / "checkpoints", loss="hinge"))
