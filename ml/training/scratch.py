"""The folder in which a training keeps what it has finished, so that its restart after a kill continues from there."""

import shutil
import time
from pathlib import Path

from ml.declarations import Layer
from ml.parameters import Common
from ml.tables import Tables
from ml.versions.lineage import Lineage

# The volume that Spark's workers and the task share.
SCRATCH_VOLUME = "scratch"
# A killed training that is not repeated leaves its folder. A later training removes it after as many days.
_LEFT_DAYS = 7
_DAY_S = 86_400


def folder(tables: Tables, common: Common, lineage: Lineage) -> Path:
    """The folder of this training. Other rows, another declaration, code or library give another one."""
    volume = tables.volume_path(f"{common.schema(Layer.OPS)}.{SCRATCH_VOLUME}", write=True)
    return Path(volume) / lineage.fingerprint[:16]


def clear(own: Path) -> None:
    """Remove the folder of a training whose version is registered, and those that killed ones left long ago."""
    before_s = time.time() - _LEFT_DAYS * _DAY_S
    beside = list(own.parent.iterdir()) if own.parent.is_dir() else []
    for each in [own, *(other for other in beside if _is_left(other, before_s))]:
        shutil.rmtree(each, ignore_errors=True)


def _is_left(at: Path, before_s: float) -> bool:
    """Whether nothing in the folder was written since `before_s`, in seconds since 1970."""
    try:
        return max(path.stat().st_mtime for path in (at, *at.rglob("*"))) < before_s
    except FileNotFoundError:
        # Another training writes to it, or has just removed it.
        return False
