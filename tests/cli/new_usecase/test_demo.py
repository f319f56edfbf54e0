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
_FAST = (
    *("tests/ml/usecases", "tests/ml/test_parameters.py", "tests/cli/test_features.py", "tests/cli/test_release.py"),
    "tests/infra/test_synth.py::test_addresses_are_pinned",
    "tests/infra/test_drawing.py::test_the_picture_is_of_what_is_shipped",
    "tests/docs/test_site.py::test_every_page_has_one_place",
)


@pytest.fixture
@starts("e2e")
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout with its environment, committed: a version names the commit that it was trained by."""
    root = copied(tmp_path / "checkout")
    shutil.copytree(ROOT / "bin", root / "bin")
    shutil.copy(ROOT / "Makefile", root)
    for name in (".venv", ".tools"):
        (root / name).symlink_to(ROOT / name)
    _run(root, "git", "init", "-q")
    _run(root, "git", "add", ".")
    _run(root, "git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "A copy")
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
