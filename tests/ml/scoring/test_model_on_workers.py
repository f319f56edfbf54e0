"""A model in a process of a worker, in this process."""

import sys
from pathlib import Path

import mlflow
import pytest

from ml.scoring import model_on_workers, on_worker


def _packed(folder: Path) -> bytes:
    mlflow.pyfunc.save_model(
        path=str(folder), python_model=str(Path(__file__).with_name("delay_model.py")), pip_requirements=["mlflow"]
    )
    return model_on_workers.packed(str(folder))


def test_a_process_loads_a_model_once_and_keeps_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files stay where Spark clears up; they go with it once another model is loaded."""
    monkeypatch.setenv("SPARK_LOCAL_DIRS", str(tmp_path))
    first, second = _packed(tmp_path / "first"), _packed(tmp_path / "second")
    before = set(sys.modules)
    loaded = on_worker.loaded(first)
    assert on_worker.loaded(bytes(bytearray(first))) is loaded
    [folder] = [path.parent for path in tmp_path.glob("*/model")]
    assert on_worker.loaded(second) is not loaded
    del loaded
    assert not folder.exists()
    assert len([name for name in sys.modules if name not in before and "_model_on_this_worker_" in name]) == 1
