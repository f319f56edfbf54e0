"""`make runtime-check`: build the environment of a declared runtime, install the wheel without an index, and use it.

The environment has the manifest's versions of what the wheel needs, all the way down, on the manifest's Python. So what
passes here runs on a cluster that installs nothing but the wheel and what travels with it. A cluster's Spark is
Databricks' own build, which no index has: in its place stands the published client of that version. What that client
does not take in the runtime's version is named in the manifest (`check_apart`) and in the output.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.wheel import ROOT, build_wheel, requirements

ENVIRONMENTS = ROOT / ".runtimes"
# The tests' own tools: of the project's versions, since no cluster runs them.
_TOOLS = ("pytest", "pytest-timeout", "hypothesis", "pluggy", "iniconfig")


class RuntimeCheckError(RuntimeError):
    """The wheel does not do in a runtime's environment what it has to."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A virtual environment: its Python, and the manifest that it follows."""

    python: Path
    manifest: Mapping[str, Any]

    def run(self, *arguments: str, **environ: str) -> None:
        """Run its Python in the repository. Raises RuntimeCheckError if that fails."""
        done = subprocess.run([self.python, *arguments], cwd=ROOT, env={**os.environ, **environ}, check=False)
        if done.returncode:
            raise RuntimeCheckError(f"{' '.join(arguments)[:200]}: exit code {done.returncode}")


def find_python(wanted: str) -> tuple[str, str]:
    """A Python of the minor version of `wanted`, or this one; and why it is this one ('' if it is the wanted)."""
    minor = ".".join(wanted.split(".")[:2])
    managed = sorted((Path.home() / ".pyenv" / "versions").glob(f"{minor}.*/bin/python"))
    named = (os.environ.get("RUNTIME_PYTHON"), f"python{minor}", *map(str, managed), sys.executable)
    for candidate in filter(None, named):
        found = shutil.which(candidate)
        if found and _minor(found) == minor:
            return found, ""
    return sys.executable, f"no Python {minor} on this machine: name one in RUNTIME_PYTHON"


def _minor(python: str) -> str:
    asked = [python, "-c", "import sys; print('.'.join(map(str, sys.version_info[:2])))"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def constraints(manifest: Mapping[str, Any]) -> str:
    """The manifest's libraries as lines of a constraints file, but for those that cannot be had beside its Spark."""
    left_out = {*_TOOLS, *apart(manifest)}
    held = sorted(manifest["libraries"].items())
    return "".join(f"{name}=={version}\n" for name, version in held if name not in left_out)


def apart(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Libraries that the check takes as pip chooses them, each with why: the manifest's own word for what differs."""
    return dict(manifest.get("check_apart", {}))


def environment(manifest: Mapping[str, Any], python: str) -> Environment:
    """The environment of `manifest`, made anew if manifest or requirements have changed since."""
    client = f"pyspark-client=={manifest['spark']}"
    wanted = [*(requirement.name for requirement in requirements()), "pyspark-client"]
    tools = [f"{tool}=={version(tool)}" for tool in _TOOLS]
    text = constraints(manifest) + client + "\n"
    key = hashlib.sha256("\n".join([python, text, *wanted, *tools]).encode()).hexdigest()[:12]
    folder = ENVIRONMENTS / f"{manifest['spark_versions'][0]}-{key}"
    found = Environment(python=folder / "bin" / "python", manifest=manifest)
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", folder], check=True)
        (folder / "constraints.txt").write_text(text, encoding="utf-8")
        for packages in (wanted, tools):
            found.run("-m", "pip", "install", "-q", "-c", str(folder / "constraints.txt"), *packages)
        (folder / "ready").touch()
    return found


def replaced(made: Environment) -> Iterator[str]:
    """Libraries of the environment that are not of the manifest's version; a line each."""
    asked = [made.python, "-m", "pip", "list", "--format", "json"]
    listed = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    for held in listed:
        name = canonicalize_name(held["name"])
        wanted = made.manifest["libraries"].get(name)
        free = (*_TOOLS, *apart(made.manifest), "setuptools", "wheel")
        if wanted and name not in free and not same(wanted, held["version"]):
            yield f"{name} is {held['version']}, the runtime has {wanted}"


def same(wanted: str, held: str) -> bool:
    """Whether two versions are one, however they are written."""
    return Requirement(f"x=={wanted}").specifier.contains(held, prereleases=True)


def check(manifest: Mapping[str, Any]) -> str:
    """Do all of it. Returns why the Python is not the manifest's, '' if it is; raises RuntimeCheckError."""
    python, missing = find_python(manifest["python"])
    made = environment(manifest, python)
    # Without an index pip fails if anything is lacking, as a cluster behind the firewall would.
    made.run("-m", "pip", "install", "-q", "--no-index", "--force-reinstall", "--no-deps", str(build_wheel().path))
    made.run("-m", "pip", "install", "-q", "--no-index", str(build_wheel().path))
    found = list(replaced(made))
    if found:
        raise RuntimeCheckError("; ".join(found))
    made.run("-I", str(Path(__file__).with_name("inside.py")))
    made.run("-m", "pytest", "-p", "tests.runtimes.plugin", "-p", "no:cacheprovider", "-m", "fast", "tests/ml")
    return missing


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the runtimes that are named, or those that the environments declare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("versions", nargs="*", default=["17.3", "18"], help="files of ml/runtimes/, without .json")
    skipped = []
    for named in parser.parse_args(arguments).versions:
        manifest = json.loads((ROOT / "ml" / "runtimes" / f"{named}.json").read_text(encoding="utf-8"))
        print(f"{manifest['name']}: Python {manifest['python']}, {len(manifest['libraries'])} libraries", flush=True)
        for name, reason in apart(manifest).items():
            print(f"  apart from the runtime's {name} {manifest['libraries'][name]}: {reason}", flush=True)
        try:
            missing = check(manifest)
        except RuntimeCheckError as error:
            print(f"{named}: {error}")
            return 1
        skipped += [f"{named} on Python {manifest['python']}: {missing}"] if missing else []
    print(f"skipped: {len(skipped)}", *skipped, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
