"""Small wheels for tests: real archives with real entry points."""

import zipfile
from collections.abc import Mapping
from pathlib import Path


def write_wheel(folder: Path, *, modules: Mapping[str, str], entry_points: Mapping[str, str]) -> Path:
    """A wheel of package `probe`: `modules` maps file to source, `entry_points` maps name to `module:function`."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "probe-1.0-py3-none-any.whl"
    scripts = "\n".join(f"{name} = {target}" for name, target in entry_points.items())
    with zipfile.ZipFile(archive, "w") as wheel:
        for name, source in modules.items():
            wheel.writestr(name, source)
        wheel.writestr("probe-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
        wheel.writestr("probe-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("probe-1.0.dist-info/entry_points.txt", f"[console_scripts]\n{scripts}\n")
    return archive
