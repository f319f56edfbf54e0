"""Table maintenance: compact small files, remove old ones, and keep every version that is still needed."""

import math
from dataclasses import dataclass
from datetime import datetime

from ml.tables.door import Tables

DELETED_FILES, LOG = "delta.deletedFileRetentionDuration", "delta.logRetentionDuration"
# Whole weeks, so that the retention setting, and with it the table's version, changes weekly and not in each run.
_STEP_DAYS = 7


class VersionGoneError(RuntimeError):
    """A version that is needed can no longer be read."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The result of maintenance: the days of history kept, and the model versions that extended them."""

    table: str
    keep_days: int
    needed_by: str = ""


def keep_days(tables: Tables, full_name: str, declared_days: int, needed: dict[int, str], now: datetime) -> Kept:
    """The days to keep files that the newest version does not use: as declared, or back to the oldest `needed` version.

    Raises VersionGoneError for a needed version that the table's log no longer has.
    """
    if not needed:
        return Kept(table=full_name, keep_days=stepped(declared_days))
    made = tables.history(full_name)
    gone = sorted(set(needed) - set(made))
    if gone:
        raise VersionGoneError(
            f"{full_name} no longer has version {gone[0]}, on which {needed[gone[0]]} was trained, so no old file is "
            "removed; train again, so that the live and the previous model version name existing table versions"
        )
    oldest = min(needed, key=lambda version: made[version])
    age = math.ceil((now - made[oldest]).total_seconds() / 86_400) + 1
    longer = age > declared_days
    return Kept(table=full_name, keep_days=stepped(max(age, declared_days)), needed_by=needed[oldest] if longer else "")


def upkeep(tables: Tables, full_name: str, days: int) -> None:
    """Compact the table's files, and remove those that were replaced more than `days` ago."""
    relation, spark = tables.owned(full_name), tables.spark
    kept = f"interval {days} days"
    given = {row["key"]: row["value"] for row in spark.sql(f"SHOW TBLPROPERTIES {relation}").collect()}
    if {given.get(DELETED_FILES), given.get(LOG)} != {kept}:
        # Without the log of that time its versions cannot be read, whatever files remain.
        wanted = f"{DELETED_FILES} = '{kept}', {LOG} = '{kept}'"
        spark.sql(f"ALTER TABLE {relation} SET TBLPROPERTIES ({wanted})").collect()
    spark.sql(f"OPTIMIZE {relation}").collect()
    spark.sql(f"VACUUM {relation}").collect()


def stepped(days: int) -> int:
    """Days rounded up to whole weeks: the actual retention of files."""
    return math.ceil(days / _STEP_DAYS) * _STEP_DAYS
