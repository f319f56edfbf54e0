"""A model that travels to Spark's workers inside the function that uses it.

A worker has no token for the registry, and must not get one; the task reads the version once, as its own
principal, and every worker unpacks the same bytes. Fits models of up to some hundred MB.
"""

import io
import os
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
from mlflow.exceptions import MlflowException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.functions import pandas_udf
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from ml.declarations import Column
from ml.versions import artifact

_FOLDER, _ANSWER = "model", "_answer"
_KEPT = "_mlops_model_on_this_worker_"
_NUMBERS = frozenset(("int64", "float64", "bool"))


def packed(model_uri: str) -> bytes:
    """The model that takes features as a tar archive, read with the rights of this task."""
    buffer = io.BytesIO()
    with TemporaryDirectory() as temporary, tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(artifact.raw_model(artifact.fetch(model_uri, Path(temporary))), arcname=_FOLDER)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def kept(model_uri: str) -> bytes:
    """As `packed`; what was read last stays in memory, for a stream whose batches are answered by the same version.

    `model_uri` must name a version, which never changes, and no alias.
    """
    return packed(model_uri)


def with_answers(
    rows: DataFrame, archive: bytes, taken: Mapping[str, str], output: Sequence[Column], kept: Sequence[str] = ()
) -> DataFrame:
    """The columns `kept` of `rows` with the columns `output` of the packed model's answers, a row each.

    Each process of a worker loads the model once. Numbers go from Arrow into the model's matrix; text and times through
    pandas. `taken`: the features by name, and the pandas type that the model takes each as.
    """
    if set(taken.values()) <= _NUMBERS:
        return _of_numbers(rows, archive, dict(taken), output, kept)
    return _of_frames(rows, archive, dict(taken), output).select(*kept, *(column.name for column in output))


def _of_numbers(
    rows: DataFrame, archive: bytes, taken: dict[str, str], output: Sequence[Column], kept: Sequence[str]
) -> DataFrame:
    # What nobody keeps does not come back from the workers.
    sent = rows.select(*dict.fromkeys((*kept, *taken)))
    answered: Any = StructType.fromDDL(", ".join(f"`{column.name}` {column.type}" for column in output))
    schema = StructType([*(sent.schema[name] for name in kept), *answered.fields])
    named = to_arrow_schema(schema, timestamp_utc=True)

    def predict(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = loaded(archive)
        for batch in batches:
            found = _answers(model, batch, taken)
            columns = [batch.column(name) for name in kept]
            columns += [pa.array(found[name]).cast(named.field(name).type) for name in answered.names]
            yield pa.RecordBatch.from_arrays(columns, names=named.names)

    return sent.mapInArrow(predict, schema)


def _answers(model: Any, batch: pa.RecordBatch, taken: dict[str, str]) -> Mapping[str, Any]:
    """By column, one answer per row: by the model's matrix if it offers that, otherwise by way of MLflow."""
    own = _own(model)
    features = getattr(own, "features", None)
    if not hasattr(own, "predict_matrix") or not isinstance(features, list) or not set(features) <= set(taken):
        frame = batch.select(list(taken)).to_pandas().astype(taken)
        return dict(model.predict(frame).items())
    matrix = np.empty((batch.num_rows, len(features)))
    for place, name in enumerate(features):
        matrix[:, place] = batch.column(name).to_numpy(zero_copy_only=False)
    answers: Mapping[str, Any] = own.predict_matrix(matrix)
    return answers


def _own(model: Any) -> Any:
    """The model's own object; None for a flavour that has no such one."""
    try:
        return model.unwrap_python_model()
    except (MlflowException, AttributeError):
        return None


def _of_frames(rows: DataFrame, archive: bytes, taken: dict[str, str], output: Sequence[Column]) -> DataFrame:
    names = [column.name for column in output]

    @pandas_udf(", ".join(f"`{column.name}` {column.type}" for column in output))  # type: ignore[call-overload, untyped-decorator]
    def predict(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        model = loaded(archive)
        for batch in batches:
            yield model.predict(batch.astype(taken))[names]

    return rows.withColumn(_ANSWER, predict(F.struct(*taken))).select("*", f"{_ANSWER}.*").drop(_ANSWER)


def loaded(archive: bytes) -> Any:
    """The packed model, as MLflow loads it: once in each process of a worker, which keeps the one that it had last."""
    name = _KEPT + sha256(archive).hexdigest()
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
        kept.model = mlflow.pyfunc.load_model(str(Path(kept.folder.name) / _FOLDER), suppress_warnings=True)
    return kept.model
