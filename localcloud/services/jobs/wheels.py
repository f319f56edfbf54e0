"""Wheels, unpacked once each by content."""

import hashlib
import io
import shutil
import tempfile
import zipfile
from pathlib import Path


class WheelError(ValueError):
    """Bytes that are not a wheel."""


def unpack(content: bytes, folder: Path) -> Path:
    """Unpack a wheel into `folder/<SHA-256>`, unless done before, and return that folder.

    Raises WheelError for something that is no zip archive, or would write outside its folder.
    """
    target = folder / hashlib.sha256(content).hexdigest()
    if target.is_dir():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    # Unpacked beside its place and moved there whole: a killed unpacking leaves no half wheel.
    work = Path(tempfile.mkdtemp(dir=folder, prefix=".unpack-"))
    try:
        _extract(content, work)
        work.chmod(0o755)
        work.rename(target)
    except OSError:
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _extract(content: bytes, work: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.startswith("/") or ".." in Path(name).parts:
                    raise WheelError(f"the wheel holds {name!r}, which would be written outside its folder")
            archive.extractall(work)
    except zipfile.BadZipFile as error:
        raise WheelError(f"the file is not a wheel ({error}): build it again") from error
