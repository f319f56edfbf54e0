"""Redaction of a table for readers who may not know which persons it is about.

Keys become HMAC-SHA256 (RFC 2104) of their text, so only a holder of the secret can map a key back. A noised value is
replaced by a random one for a declared share of keys (Warner 1965, "Randomized Response"), always in the same way for
one key (Erlingsson et al. 2014, "RAPPOR", section 3.1), so that many rows of a person reveal no more than one.
"""

import hmac
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial, reduce

import pyarrow as pa
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Mirror, Mirrored

# Whoever is left out may make another group small; more rounds than this leave hardly anybody.
_MOST_ROUNDS = 20
_KEYS, SHOWN = "_keys", "_shown"
# Of a hash, in bytes: a number without a sign, and the first half as text.
_NUMBER, _TEXT = 8, 16
Work = Callable[[str | None, str | None], int | str | None]


class TooFineError(ValueError):
    """The declared cells would remove nearly everybody."""


def shown(rows: DataFrame, key: str, mirror: Mirror) -> DataFrame:
    """The keys, as `_shown`, that are in groups of `least_keys` keys or more by the declared cells.

    Removing a key may make another group too small, so this repeats until no group is. Raises TooFineError.
    """
    left = rows.select(F.col(key).alias(SHOWN), *mirror.cells).where(F.col(key).isNotNull()).distinct()
    for _ in range(_MOST_ROUNDS):
        small = _small(left, mirror)
        if small.isEmpty():
            return left.select(SHOWN).distinct()
        left = left.join(small, SHOWN, "left_anti")
    raise TooFineError(
        f"after {_MOST_ROUNDS} rounds there are still groups with fewer than {mirror.least_keys} keys by "
        f"{', '.join(mirror.cells)}: declare fewer or coarser cells"
    )


def _small(left: DataFrame, mirror: Mirror) -> DataFrame:
    """The keys in a group that is too small; without cells all keys are one group."""
    sizes = left.groupBy(*mirror.cells).agg(F.count_distinct(SHOWN).alias(_KEYS))
    small = sizes.where(F.col(_KEYS) < mirror.least_keys)
    renamed = small.select(_KEYS, *(F.col(name).alias(f"_of_{name}") for name in mirror.cells))
    same = [F.col(name).eqNullSafe(F.col(f"_of_{name}")) for name in mirror.cells]
    return left.join(renamed, reduce(SparkColumn.__and__, same, F.lit(True))).select(SHOWN).distinct()


def redacted(rows: DataFrame, declared: Mirrored, mirror: Mirror, keys: DataFrame, secret: bytes) -> DataFrame:
    """The rows of `keys`, with the columns of the declared table: hashed, noised, null, or unchanged."""
    table = declared.table
    kept = rows.join(keys, rows[declared.key] == keys[SHOWN], "left_semi")
    noised = {name: share for name, share in mirror.noised if name in {column.name for column in table.columns}}
    numbers = frozenset(name for name in declared.hashed if table.column(name).type == "bigint")
    work: dict[str, Work] = {name: partial(_hashed, secret=secret, number=name in numbers) for name in declared.hashed}
    for name, share in noised.items():
        values = _frequent(kept, declared.key, name, mirror.least_keys)
        work[name] = partial(_drawn, name=name, values=values, share=share, secret=secret)
    nulls = {column.name for column in table.columns if column.sensitive and column.name not in work}
    given = [column for column in table.columns if column.name not in nulls]
    asked = kept.select(
        F.col(declared.key).cast("string").alias(SHOWN),
        *(F.col(each.name).cast("string").alias(each.name) if each.name in work else each.name for each in given),
    )
    kinds = (f"`{each.name}` {'string' if each.name in noised else each.type}" for each in given)
    done = asked.mapInArrow(partial(_worked, work=work, numbers=numbers), ", ".join(kinds))
    return done.select(
        *(
            F.lit(None).cast(each.type).alias(each.name) if each.name in nulls else F.col(each.name).cast(each.type)
            for each in table.columns
        )
    )


def _frequent(rows: DataFrame, key: str, name: str, least_keys: int) -> tuple[str, ...]:
    """The values of a column that enough keys have, as text; a rarer value would identify its holder."""
    sizes = rows.groupBy(F.col(name).cast("string").alias("_value")).agg(F.count_distinct(key).alias(_KEYS))
    found = sizes.where((F.col(_KEYS) >= least_keys) & F.col("_value").isNotNull()).select("_value").collect()
    return tuple(sorted(row["_value"] for row in found))


def _worked(
    batches: Iterable[pa.RecordBatch], *, work: Mapping[str, Work], numbers: Collection[str]
) -> Iterator[pa.RecordBatch]:
    """Compute on Spark's workers, which get the secret without it being part of any statement."""
    for batch in batches:
        keys, names = batch.column(SHOWN).to_pylist(), [name for name in batch.schema.names if name != SHOWN]
        done = {}
        for name, apply in work.items():
            values = [apply(key, value) for key, value in zip(keys, batch.column(name).to_pylist(), strict=True)]
            done[name] = pa.array(values, pa.int64() if name in numbers else pa.string())
        yield pa.RecordBatch.from_arrays([done.get(name, batch.column(name)) for name in names], names)


def digest(secret: bytes, text: str) -> bytes:
    """32 bytes that only a holder of `secret` can compute from `text`."""
    return hmac.new(secret, text.encode(), "sha256").digest()


def _hashed(key: str | None, value: str | None, *, secret: bytes, number: bool) -> int | str | None:  # noqa: ARG001
    if value is None:
        return None
    found = digest(secret, value)
    return int.from_bytes(found[:_NUMBER], "big") >> 1 if number else found[:_TEXT].hex()


def _drawn(
    key: str | None, value: str | None, *, name: str, values: tuple[str, ...], share: float, secret: bytes
) -> str | None:
    if value is None or value not in values:
        return None
    found = digest(secret, f"{name}\n{key}")
    if int.from_bytes(found[:_NUMBER], "big") >= share * 2 ** (8 * _NUMBER):
        return value
    return values[int.from_bytes(found[_NUMBER : 2 * _NUMBER], "big") % len(values)]
