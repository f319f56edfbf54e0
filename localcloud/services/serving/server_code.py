"""The scoring server as a separate package: the wheel's `ml/server/`, and nothing else of the checkout."""

import hashlib
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from localcloud.services.jobs.workers import CHECKOUT

PACKAGE, ENTRY_POINT = "mlops_server", "server"
# The server imports nothing of the wheel but itself, so these files are all of it.
_ROOM = Path("ml") / "server"


def distribution(folder: Path) -> Path:
    """The folder under `folder` with the installed package, recreated if its code has changed."""
    source = [CHECKOUT / "ml" / "__init__.py", *sorted((CHECKOUT / _ROOM).glob("*.py"))]
    code = {path.relative_to(CHECKOUT): path.read_bytes() for path in source}
    target = folder / hashlib.sha256(repr(sorted(code.items())).encode()).hexdigest()[:16]
    if not target.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder))
        information = work / f"{PACKAGE}-1.dist-info"
        information.mkdir()
        for name, content in code.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(content)
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1\n")
        (information / "entry_points.txt").write_text(f"[console_scripts]\n{ENTRY_POINT} = ml.server.main:main\n")
        with suppress(OSError):
            work.rename(target)
        shutil.rmtree(work, ignore_errors=True)
    return target
