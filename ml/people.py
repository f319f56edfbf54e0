"""Hashes in place of a person's key: in requests, and in the records of people whose rows ingest must not load again.

A request carries its own salt and the hash of salt and key, so no parameter, log or run page shows the key. The records
store a hash with a secret that only ingest's principal can read, so their readers cannot try all keys.
"""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column, UseCase

_WHOLE = ("int", "bigint")
_ZEROS = r"^[+]?0*(?=[0-9])"
_SECRET_CHARACTERS = 64
_HEX = r"[0-9a-f]{32}:[0-9a-f]{64}"
PERSON = "_person"
_KEYED_WITH = "_keyed_with"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Identifies a person without the key: `digest` is the hash of `salt` and key. The salt also names the request."""

    salt: str
    digest: str

    @classmethod
    def of(cls, key: str, column: Column) -> "Request":
        """A new request for the person with `key`."""
        salt = secrets.token_hex(16)
        return cls(salt=salt, digest=hashed(salt, plain(key, column)))

    @classmethod
    def read(cls, text: str) -> "Request":
        """The request in text that `str` wrote. Raises ValueError for any other text."""
        if not re.fullmatch(_HEX, text):
            raise ValueError("it is no request to forget: give SALT:HASH, as `mlops forget` does")
        salt, _, digest = text.partition(":")
        return cls(salt=salt, digest=digest)

    def __str__(self) -> str:
        return f"{self.salt}:{self.digest}"

    def means(self, key: SparkColumn) -> SparkColumn:
        """Whether a plain key is the person's; false for null."""
        return F.coalesce(_hashed(F.lit(self.salt), key) == self.digest, F.lit(False))


def person_column(use_case: UseCase) -> Column:
    """The column that identifies a person: the key of the models' feature tables, the same in all of them."""
    table = use_case.models[0].feature_table
    return table.source.column(table.key)


def plain(key: str, column: Column) -> str:
    """A key in the form that is hashed: without surrounding blanks; a number without a sign or leading zeros."""
    text = key.strip()
    return re.sub(_ZEROS, "", text) if column.type in _WHOLE else text


def plain_sql(key: SparkColumn, column: Column) -> SparkColumn:
    """`plain` as a column expression over keys, as text or as the declared type."""
    text = F.trim(key.cast("string"))
    return F.regexp_replace(text, _ZEROS, "") if column.type in _WHOLE else text


def hashed(secret: str, key: str) -> str:
    """The hash of a plain key with a salt or a secret."""
    return sha256(f"{secret}:{key}".encode()).hexdigest()


def with_person(rows: DataFrame, key: SparkColumn, secret: str) -> DataFrame:
    """`rows` with the column `_person`: the hash of a plain key with the secret, which no query plan shows."""
    held = rows.sparkSession.createDataFrame([(secret,)], f"{_KEYED_WITH} string")
    return rows.crossJoin(F.broadcast(held)).withColumn(PERSON, _hashed(F.col(_KEYED_WITH), key)).drop(_KEYED_WITH)


def secret_in(folder: Path, *, make: bool = False) -> str:
    """The secret stored in `folder`; created there if requested.

    Raises FileNotFoundError if there is none: without it the records identify nobody.
    """
    path = folder / "secret"
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    # No record uses a secret that a killed run wrote partially: records are written after the secret.
    if len(found) == _SECRET_CHARACTERS:
        return found
    if not make:
        raise FileNotFoundError(
            f"{path} is gone: it is the secret of the people who are forgotten, without which ingest would take their "
            "records again; restore it"
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    made = secrets.token_hex(_SECRET_CHARACTERS // 2)
    path.write_text(made, encoding="utf-8")
    return made


def _hashed(secret: SparkColumn, key: SparkColumn) -> SparkColumn:
    return F.sha2(F.concat(secret, F.lit(":"), key), 256)
