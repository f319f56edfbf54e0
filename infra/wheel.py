"""The wheel of `ml`: built once per content, the same bytes every time."""

import hashlib
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
# A fixed time inside the archive, so that bytes depend on content only. 315532800 is 1980-01-01, zip's first day.
_SOURCE_DATE_EPOCH = "315532800"


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A built wheel: its path here, and the SHA-256 of its bytes."""

    path: Path
    sha256: str


def _source_files(root: Path) -> Iterator[Path]:
    """All source files of the wheel, in a fixed order."""
    yield root / "pyproject.toml"
    yield root / "LICENSE"
    yield from sorted(
        path
        for path in (root / "ml").rglob("*")
        if path.is_file() and "__pycache__" not in path.relative_to(root).parts
    )


def _source_sha256(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _source_files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _build(root: Path, directory: Path) -> Path:
    """Build into `directory` and return the wheel's path."""
    # Imported here: a cached wheel needs no builder.
    from hatchling.builders.wheel import WheelBuilder  # noqa: PLC0415

    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = _SOURCE_DATE_EPOCH
    try:
        return Path(next(iter(WheelBuilder(str(root)).build(directory=str(directory), versions=["standard"]))))
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def build_wheel(root: Path = ROOT, cache: Path | None = None) -> Wheel:
    """The wheel of the `ml` under `root`, from `cache` (default `dist/`) if it was built before."""
    built = (cache or root / "dist") / _source_sha256(root)
    if not any(built.glob("*.whl")):
        built.parent.mkdir(parents=True, exist_ok=True)
        # Built in a temporary folder and moved: concurrent or killed builds never leave half a wheel.
        aside = Path(tempfile.mkdtemp(prefix=".wheel-", dir=built.parent))
        try:
            _build(root, aside)
            _move(aside, built)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    path = next(iter(sorted(built.glob("*.whl"))))
    return Wheel(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def _move(aside: Path, built: Path) -> None:
    try:
        aside.rename(built)
    except OSError:
        # Another build finished first, with the same bytes.
        if not any(built.glob("*.whl")):
            raise


def requirements(root: Path = ROOT) -> tuple[Requirement, ...]:
    """The wheel's requirements on its environment."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return tuple(Requirement(line) for line in project["dependencies"])


def optional_requirements(root: Path = ROOT) -> tuple[Requirement, ...]:
    """The further requirements of the wheel's extras."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return tuple(Requirement(line) for lines in project["optional-dependencies"].values() for line in lines)


def entry_points(root: Path = ROOT) -> dict[str, str]:
    """The wheel's entry points: name to `module:function`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return dict(project["scripts"])
