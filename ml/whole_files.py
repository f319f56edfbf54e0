"""Files that are complete or absent, whenever a process is killed."""

from pathlib import Path
from uuid import uuid4

RETRAINS = False
# Of files that a killed process left unfinished.
UNFINISHED = ".part"


def write_whole(file: Path, content: bytes) -> None:
    """Write `file`, in a folder that need not exist yet; who reads it at any moment finds all of it, or none.

    It is written from beginning to end under another name, because a mounted volume takes no other writes. That name is
    its own, because a task that was given up may still run beside its retry, with the same process id on another node.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(f".{uuid4().hex}{UNFINISHED}")
    aside.write_bytes(content)
    aside.replace(file)
