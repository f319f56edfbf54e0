"""A model that travels to Spark's workers inside the function that uses it.

A worker has no token for the registry, and must not get one. The task reads the version once, as its own principal, and
every worker unpacks the same bytes. Suitable for models of up to a few hundred MB.
"""

import io
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.functions import pandas_udf
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from ml.declarations import Column
from ml.scoring.on_worker import FOLDER, answers, loaded
from ml.versions import artifact

_ANSWER = "_answer"
_NUMBERS = frozenset(("int64", "float64", "bool"))


def packed(model_uri: str) -> bytes:
    """The model that takes features as a tar archive, read with the rights of this task."""
    buffer = io.BytesIO()
    with TemporaryDirectory() as temporary, tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(artifact.raw_model(artifact.fetch(model_uri, Path(temporary))), arcname=FOLDER)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def kept(model_uri: str) -> bytes:
    """As `packed`, but keeps the last archive in memory, for a stream whose batches use the same version.

    `model_uri` must name a version, which never changes, not an alias.
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
        model = loaded(archive, taken)
        for batch in batches:
            found = answers(model, batch, taken)
            columns = [batch.column(name) for name in kept]
            columns += [pa.array(found[name]).cast(named.field(name).type) for name in answered.names]
            yield pa.RecordBatch.from_arrays(columns, names=named.names)

    return sent.mapInArrow(predict, schema)


def _of_frames(rows: DataFrame, archive: bytes, taken: dict[str, str], output: Sequence[Column]) -> DataFrame:
    names = [column.name for column in output]

    @pandas_udf(", ".join(f"`{column.name}` {column.type}" for column in output))  # type: ignore[call-overload, untyped-decorator]
    def predict(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        model = loaded(archive)
        for batch in batches:
            yield model.predict(batch.astype(taken))[names]

    return rows.withColumn(_ANSWER, predict(F.struct(*taken))).select("*", f"{_ANSWER}.*").drop(_ANSWER)
