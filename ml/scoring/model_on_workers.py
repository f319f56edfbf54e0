"""A model that travels to Spark's workers inside the function that uses it.

A worker has no token for the registry, and must not get one; the task reads the version once, as its own
principal, and every worker unpacks the same bytes. Fits models of up to some hundred MB.
"""

import io
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import mlflow
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.functions import pandas_udf

from ml.declarations import Column
from ml.versions import artifact

_FOLDER, _ANSWER = "model", "_answer"


def packed(model_uri: str) -> bytes:
    """The model that takes features as a tar archive, read with the rights of this task."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as temporary, tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(artifact.raw_model(artifact.fetch(model_uri, Path(temporary))), arcname=_FOLDER)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def kept(model_uri: str) -> bytes:
    """As `packed`; what was read last stays in memory, for a stream whose batches are answered by the same version.

    `model_uri` must name a version, which never changes, and no alias.
    """
    return packed(model_uri)


def with_answers(rows: DataFrame, archive: bytes, taken: Mapping[str, str], output: Sequence[Column]) -> DataFrame:
    """`rows` with the columns `output` of the packed model's answers. Each partition loads the model once.

    `taken`: the features by name, and the pandas type that the model takes each as.
    """
    types, names = dict(taken), [column.name for column in output]

    @pandas_udf(", ".join(f"`{column.name}` {column.type}" for column in output))  # type: ignore[call-overload, untyped-decorator]
    def predict(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        with tempfile.TemporaryDirectory() as temporary:
            with tarfile.open(fileobj=io.BytesIO(archive)) as packed_model:
                packed_model.extractall(temporary, filter="data")
            model = mlflow.pyfunc.load_model(str(Path(temporary) / _FOLDER), suppress_warnings=True)
            for batch in batches:
                yield model.predict(batch.astype(types))[names]

    return rows.withColumn(_ANSWER, predict(F.struct(*types))).select("*", f"{_ANSWER}.*").drop(_ANSWER)
