"""The table door: the one way in which stage code reads and writes tables and volumes."""

from ml.tables.door import Tables, Written, door
from ml.tables.schema import TableMismatchError

__all__ = ["TableMismatchError", "Tables", "Written", "door"]
