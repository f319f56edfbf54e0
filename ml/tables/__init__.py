"""The table door: stage code reads and writes tables and volumes only through it."""

from ml.tables.door import Tables, Written, door
from ml.tables.schema import RepeatedKeyError, TableMismatchError, frame_of, pandas_of

# The way rows are read does not affect a model: the fingerprint covers the rows themselves.
RETRAINS = False

__all__ = ["RepeatedKeyError", "TableMismatchError", "Tables", "Written", "door", "frame_of", "pandas_of"]
