"""The wheels that travel with the jobs' own to a runtime that lacks them, so that no cluster queries a package index.

`ml/runtimes/<runtime>.lock` pins them by version and hash, in installation order: each after its dependencies. `make
libraries` resolves it against the runtime's manifest; a synthesis only reads it.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.runtimes import FOLDER, Runtime, runtimes, satisfies
from infra.wheel import ROOT, Wheel, optional_requirements, requirements

# Extras that a declaration may need in addition to the wheel's own requirements (`ProblemType.packages`).
PACKAGES = ("statsforecast",)
_PIN = re.compile(r"(?P<name>\S+)==(?P<version>\S+) --hash=sha256:(?P<sha256>[0-9a-f]{64})")
# The platform of Databricks' machines: x86-64 Linux with a C library of 2024.
_PLATFORMS = ("manylinux_2_39_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


class LibrariesError(RuntimeError):
    """A runtime lacks something that no locked wheel provides, or a wheel differs from its lock."""


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One wheel: normalized name, version, and the SHA-256 of its bytes."""

    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        """In pip's format."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def lock_file(runtime: Runtime, folder: Path = FOLDER, extra: str = "") -> Path:
    """The lock of the wheels that travel to `runtime`; an extra of the wheel has its own lock."""
    return folder / f"{runtime.key}{f'.{extra}' if extra else ''}.lock"


def read_lock(file: Path) -> tuple[Pin, ...]:
    """The pins of a lock, in its order. Raises LibrariesError for an invalid line."""
    pins = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
        found = _PIN.fullmatch(line)
        if found:
            pins.append(Pin(**found.groupdict()))
        elif line and not line.startswith("#"):
            raise LibrariesError(f"{file.name}: {line!r} is no pin: write <name>==<version> --hash=sha256:<hash>")
    return tuple(pins)


def travelling(
    runtime: Runtime,
    needs: Iterable[Requirement] | None = None,
    *,
    cache: Path | None = None,
    folder: Path = FOLDER,
    extra: str = "",
) -> tuple[Wheel, ...]:
    """The wheels that travel to `runtime`, downloaded into `cache` if needed; none if the runtime lacks nothing.

    With `extra`, the further ones for the `needs` of that extra of the wheel.

    Raises LibrariesError if the lock does not cover what the runtime lacks.
    """
    lacking = runtime.lacks(requirements() if needs is None else needs)
    if not lacking:
        return ()
    lock = lock_file(runtime, folder, extra)
    pins = read_lock(lock)
    held = {pin.name: pin.version for pin in pins}
    missing = [str(need) for need in lacking if not satisfies(need, held)]
    if missing:
        raise LibrariesError(
            f"{runtime.name} lacks {', '.join(missing)}, and {lock.name} does not bring it: make libraries"
        )
    cache = cache or ROOT / "dist" / "libraries" / runtime.key
    found = _by_sha256(cache)
    if any(pin.sha256 not in found for pin in pins):
        _fetch(runtime, lock, cache)
        found = _by_sha256(cache)
    return tuple(Wheel(path=found[pin.sha256], sha256=pin.sha256) for pin in pins)


def _by_sha256(cache: Path) -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(cache.glob("*.whl"))}


def _fetch(runtime: Runtime, lock: Path, cache: Path) -> None:
    """Download the pins of `lock`. pip refuses a file with another hash."""
    asked = ["download", "-q", "--no-deps", "--require-hashes", "-r", str(lock), "-d", str(cache), *_target(runtime)]
    _pip(*asked)


def _target(runtime: Runtime) -> list[str]:
    minor = ".".join(runtime.python.split(".")[:2])
    platforms = [part for name in _PLATFORMS for part in ("--platform", name)]
    return ["--only-binary=:all:", "--implementation", "cp", "--python-version", minor, *platforms]


def _pip(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LibrariesError(f"pip {arguments[0]}: {done.stderr.strip()[-2000:]}")


def resolve(runtime: Runtime, needs: Sequence[Requirement]) -> tuple[Pin, ...]:
    """The wheels for `needs` that the runtime lacks, with their dependencies; each after its own dependencies."""
    with tempfile.TemporaryDirectory() as made:
        constraints, report = Path(made) / "constraints.txt", Path(made) / "report.json"
        held = {name: version for name, version in runtime.libraries.items() if name != "setuptools"}
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in held.items()), encoding="utf-8")
        asked = ["install", "-q", "--dry-run", "--ignore-installed", "--target", made, "--report", str(report)]
        _pip(*asked, "-c", str(constraints), *_target(runtime), *map(str, needs))
        chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
    return pins_of(chosen, runtime.libraries)


def pins_of(chosen: Sequence[Mapping[str, Any]], held: Mapping[str, str]) -> tuple[Pin, ...]:
    """pip's selection without the wheels already `held`; each after its dependencies. Pure."""
    ours: dict[str, Mapping[str, Any]] = {canonicalize_name(one["metadata"]["name"]): one for one in chosen}
    ours = {name: one for name, one in ours.items() if name not in held}
    order = TopologicalSorter({name: _needed(one) & ours.keys() for name, one in sorted(ours.items())})
    return tuple(
        Pin(
            name=name,
            version=ours[name]["metadata"]["version"],
            sha256=ours[name]["download_info"]["archive_info"]["hashes"]["sha256"],
        )
        for name in order.static_order()
    )


def _needed(chosen: Mapping[str, Any]) -> set[str]:
    """Names of a wheel's own requirements, without those of its extras."""
    needs = map(Requirement, chosen["metadata"].get("requires_dist", ()))
    return {
        canonicalize_name(need.name) for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})
    }


def write_locks() -> None:
    """Resolve the wheels that travel to every runtime with a manifest, and write the locks."""
    for runtime in runtimes():
        lacking = runtime.lacks(requirements())
        pins = resolve(runtime, lacking) if lacking else ()
        head = f"# What travels to {runtime.name}; written by `make libraries`.\n"
        lock_file(runtime).write_text(head + "".join(f"{pin}\n" for pin in pins), encoding="utf-8")
        print(f"{runtime.key}: {', '.join(f'{pin.name} {pin.version}' for pin in pins) or 'nothing travels'}")
        _write_extras(runtime, lacking, {pin.name for pin in pins})


def _write_extras(runtime: Runtime, lacking: Sequence[Requirement], held: Collection[str]) -> None:
    """The lock of each package of an extra that a declaration may need, without the wheels that travel anyway."""
    for package in PACKAGES:
        needs = [need for need in optional_requirements() if need.name == package]
        pins = [pin for pin in resolve(runtime, [*lacking, *needs]) if pin.name not in held]
        head = f"# What travels to {runtime.name} if a model needs {package}; written by `make libraries`.\n"
        text = head + "".join(f"{pin}\n" for pin in pins)
        lock_file(runtime, extra=package).write_text(text, encoding="utf-8")
        print(f"{runtime.key} with {package}: {', '.join(f'{pin.name} {pin.version}' for pin in pins)}")


if __name__ == "__main__":
    write_locks()
