"""What a process of Spark's workers does to answer rows: it loads the version, once, and asks it.

A worker lives as long as a session. To import MLflow, and scikit-learn, which XGBoost does if it can, takes 1.7 seconds
of processor in each; to answer 600,000 rows of numbers takes one. So this imports neither before it must.
"""

import io
import json
import os
import runpy
import sys
import tarfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from ml.versions.scorer import BROUGHT_FOLDER, DESCRIPTION_FILE

# The folder of the model in the archive that workers are given.
FOLDER = "model"
# By their names in `pyfunc_model.py`, which imports MLflow.
_FITTED, _SCORER, _REASONS = "model", "scorer", "reasons"
_KEPT, _LIGHT = "_mlops_model_on_this_worker_", "_mlops_light_xgboost"


def loaded(archive: bytes, numbers: Collection[str] = ()) -> Any:
    """The packed model, once in each process of a worker, which keeps the one that it had last.

    Its own scorer if it has one and takes only `numbers`, otherwise the model as MLflow loads it.
    """
    name = _KEPT + sha256(archive + ",".join(numbers).encode()).hexdigest()
    kept: Any = sys.modules.get(name)
    if kept is None:
        for other in [each for each in sys.modules if each.startswith(_KEPT)]:
            del sys.modules[other]
        # Not a variable of this module, of which each function carries a copy of its own to the workers.
        sys.modules[name] = kept = ModuleType(name)
        # A model may read its files later: they stay as long as the process, and Spark clears its folders.
        kept.folder = TemporaryDirectory(dir=os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or None)
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed_model:
            packed_model.extractall(kept.folder.name, filter="data")
        kept.model = _read(Path(kept.folder.name) / FOLDER, numbers)
    return kept.model


def _read(folder: Path, numbers: Collection[str]) -> Any:
    own = _scorer(folder, numbers) if numbers else None
    if own is not None:
        return own
    import mlflow  # noqa: PLC0415 - a worker that needs none is spared the second that it takes

    return mlflow.pyfunc.load_model(str(folder), suppress_warnings=True)


def answers(model: Any, batch: pa.RecordBatch, taken: dict[str, str]) -> Mapping[str, Any]:
    """By column, one answer per row: by the version's own scorer, if that is what was loaded, otherwise by MLflow."""
    if not hasattr(model, "numbers"):
        frame = batch.select(list(taken)).to_pandas().astype(taken)
        return dict(model.predict(frame).items())
    matrix = np.empty((batch.num_rows, len(model.features)))
    for place, name in enumerate(model.features):
        matrix[:, place] = batch.column(name).to_numpy(zero_copy_only=False)
    found: Mapping[str, Any] = model.numbers(matrix)
    return found


def _scorer(folder: Path, taken: Collection[str]) -> Any:
    """What answers rows of numbers by the raw model in `folder` (`ml/versions/scorer.py`): `features` and `numbers`.

    None if only MLflow can ask it: a model that is not ours, or older than this; one whose learner brought a reader; or
    one that takes other features than `taken`.
    """
    saved = yaml.safe_load((folder / "MLmodel").read_text())["flavors"]["python_function"].get("artifacts") or {}
    if not {_FITTED, _SCORER, _REASONS} <= set(saved):
        return None
    fitted, code, reasons = (folder / saved[name]["path"] for name in (_FITTED, _SCORER, _REASONS))
    described = json.loads((fitted / DESCRIPTION_FILE).read_text())
    if (fitted / BROUGHT_FOLDER).is_dir() or not {feature["name"] for feature in described["features"]} <= set(taken):
        return None
    with _light_xgboost():
        return runpy.run_path(str(code))["Scorer"](fitted, str(reasons))


@contextmanager
def _light_xgboost() -> Iterator[None]:
    """Within the block `import xgboost` gives a copy without scikit-learn, under a name of its own.

    Nobody else gets that copy: XGBoost's estimators need scikit-learn, and the process may serve others too.
    """
    found = None if {"xgboost", "sklearn"} & sys.modules.keys() else find_spec("xgboost")
    if found is None or found.submodule_search_locations is None:
        yield
        return
    copy: Any = sys.modules.setdefault(_LIGHT, ModuleType(_LIGHT))
    copy.__path__ = list(found.submodule_search_locations)
    copy.__getattr__ = _without_scikit_learn
    sys.modules["xgboost"] = copy
    try:
        yield
    finally:
        del sys.modules["xgboost"]


def _without_scikit_learn(name: str) -> Any:
    """`name` of XGBoost's core, which is imported at the first. None in `sys.modules` is a package that is absent."""
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        return getattr(import_module(f"{_LIGHT}.core"), name)
    finally:
        del sys.modules["sklearn"]
