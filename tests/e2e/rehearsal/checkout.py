"""A company's checkout of this repository: with one use case, its own remote, and programs in place of Terraform."""

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.e2e.victim import lenient

ROOT = Path(__file__).resolve().parents[3]
USE_CASE = "credit"
DECLARATION = f"ml/usecases/{USE_CASE}/declaration.py"
_SCRIPT = """#!/bin/sh
exec python -m tests.e2e.rehearsal.stand_in {program} "$@"
"""


def git(folder: Path, *arguments: str) -> str:
    """What git answers."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def clone(checkout: Path, remote: Path) -> None:
    """This checkout as it lies here, with one use case and gates that three thousand clients can pass, as `main`."""
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout / name)
    for file in ("dev", "staging", "prod"):
        _one_use_case(checkout / "workspaces" / f"{file}.yaml")
    path = checkout / DECLARATION
    path.write_text(lenient(path.read_text(encoding="utf-8"), manual=False), encoding="utf-8")
    _environment(checkout)
    git(checkout, "init", "--quiet", "--initial-branch=main")
    for name, value in (("user.name", "ann"), ("user.email", "ann@example.com")):
        git(checkout, "config", name, value)
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "Take the platform")
    git(checkout, "clone", "--quiet", "--bare", ".", str(remote))
    git(checkout, "remote", "add", "origin", str(remote))
    git(checkout, "push", "--quiet", "origin", "main")
    git(checkout, "fetch", "--quiet")


def _one_use_case(file: Path) -> None:
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    found["use_cases"] = {USE_CASE: found["use_cases"][USE_CASE]}
    file.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")


def _environment(checkout: Path) -> None:
    """This environment, which was locked alike, and programs in place of cdktf and terraform."""
    mine = checkout / ".venv"
    (mine / "bin").mkdir(parents=True)
    for program in (ROOT / ".venv" / "bin").iterdir():
        if program.name != "mlops":
            (mine / "bin" / program.name).symlink_to(program.readlink() if program.is_symlink() else program)
    (mine / "bin" / "mlops").symlink_to(Path("..") / ".." / "bin" / "mlops")
    (mine / "lib").symlink_to(ROOT / ".venv" / "lib")
    shutil.copy(ROOT / ".venv" / "pyvenv.cfg", mine / "pyvenv.cfg")
    (checkout / ".tools").mkdir()
    for tool in (ROOT / ".tools").iterdir():
        (checkout / ".tools" / tool.name).symlink_to(tool)
    programs = checkout / "node_modules" / ".bin"
    programs.mkdir(parents=True)
    for program in ("cdktf", "terraform"):
        script = programs / program
        script.write_text(_SCRIPT.format(program=program))
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    # As make sees it, all of it is newer than what it was made from.
    for file in ("Pipfile.lock", "package-lock.json", "Makefile"):
        os.utime(checkout / file, (0, 0))
    (mine / ".synced").touch()
    (checkout / "node_modules" / ".installed").touch()


def variables(checkout: Path, state: Path) -> Mapping[str, str]:
    """HOST: the local cloud's workspaces; the rest is what a step finds where a pipeline runs."""
    terraform = checkout / "node_modules" / ".bin" / "terraform"
    return {"HOST": "", "TERRAFORM_BINARY_NAME": str(terraform), "REHEARSAL_STATE": str(state)}
