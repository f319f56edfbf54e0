"""The commands of the guide, in a checkout of its own: written, checked, and played on a local cloud."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.paths import ROOT
from tests.cli.new_usecase.copies import copied
from tests.needs import starts

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

# Those of `make test-fast` that look at every use case; the others do not know of it.
_FAST = ("tests/ml/usecases", "tests/infra/test_synth.py", "tests/infra/test_drawing.py", "tests/docs/test_site.py")


@pytest.fixture
@starts("e2e")
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout with its environment; what its local cloud started ends with the test."""
    root = copied(tmp_path / "checkout")
    shutil.copytree(ROOT / "bin", root / "bin")
    shutil.copy(ROOT / "Makefile", root)
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


def _run(root: Path, *command: str) -> str:
    """The output of a command in the checkout, which must succeed."""
    env = os.environ | {"PYTHONPATH": str(root), "MLOPS_HOME": str(root / ".mlops")}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_a_written_use_case_tells_its_story(checkout: Path) -> None:
    """`mlops new-usecase`, `make test-fast` and `make demo` as the guide has them; types hold too."""
    mlops, python = str(checkout / "bin" / "mlops"), str(checkout / ".venv" / "bin" / "python")
    listed = _run(checkout, mlops, "new-usecase", "loans", "--problem", "regression", "--period", "day")
    assert "ml/usecases/loans/declaration.py" in listed
    _run(checkout, python, "-m", "pytest", "-m", "fast", "-p", "no:cacheprovider", *_FAST)
    _run(checkout, python, "-m", "mypy", "-p", "ml.usecases.loans", "--cache-dir", str(checkout / ".mypy"))
    try:
        told = _run(checkout, mlops, "demo", "loans")
    finally:
        subprocess.run(
            [mlops, "down"], cwd=checkout, env=os.environ | {"MLOPS_HOME": str(checkout / ".mlops")}, check=False
        )
    assert "the model does in 2025-02 what it promised" in told
    assert "the first version stays live, for nothing asked for another" in told
