"""Small wheels for tests: real archives with real entry points."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_wheel(
    folder: Path,
    *,
    modules: Mapping[str, str],
    entry_points: Mapping[str, str],
    name: str = "probe",
    version: str = "1.0",
    needs: Sequence[str] = (),
) -> Path:
    """A wheel of package `name`: `modules` maps file to source, `entry_points` maps name to `module:function`."""
    folder.mkdir(parents=True, exist_ok=True)
    archive, info = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    headers = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {n}" for n in needs)]
    scripts = "\n".join(f"{point} = {target}" for point, target in entry_points.items())
    with zipfile.ZipFile(archive, "w") as wheel:
        for file, source in modules.items():
            wheel.writestr(file, source)
        wheel.writestr(f"{info}/METADATA", "\n".join(headers) + "\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{scripts}\n")
    return archive
