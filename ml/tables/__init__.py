"""The table door: the one way in which stage code reads and writes tables and volumes."""

from ml.tables.door import Tables, Written, door
from ml.tables.schema import RepeatedKeyError, TableMismatchError, frame_of, pandas_of

# How rows are read decides no model: the fingerprint holds what the rows are.
RETRAINS = False

__all__ = ["RepeatedKeyError", "TableMismatchError", "Tables", "Written", "door", "frame_of", "pandas_of"]
