"""`.ci/review`, by which pipelines review: the target branch decides, and comments and summary are left for them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.policies.review.plans import change, plan

ROOT = Path(__file__).resolve().parents[3]
_COMMIT = ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--no-gpg-sign"]
_QUICK = {"name": "prod", "cluster_size": "2X-Small", "auto_stop_mins": 10, "enable_serverless_compute": True}
_IDLE = _QUICK | {"auto_stop_mins": 90}


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose branch main has an idle warehouse in prod, and whose pull request comes on top of it."""
    folder = tmp_path_factory.mktemp("pipeline")
    theirs, ours = folder / "origin", folder / "ours"
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"], capture_output=True, check=True
    )
    for name in filter(None, tracked.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            (theirs / name).parent.mkdir(parents=True, exist_ok=True)
            (theirs / name).write_bytes((ROOT / name).read_bytes())
            (theirs / name).chmod((ROOT / name).stat().st_mode)
    warehouse = theirs / "infra" / "constructs" / "compute" / "warehouse.py"
    text = warehouse.read_text()
    assert "auto_stop_mins=props.limits.auto_stop_minutes" in text
    warehouse.write_text(text.replace("auto_stop_mins=props.limits.auto_stop_minutes", "auto_stop_mins=90"))
    _git(theirs, "init", "--quiet", "--initial-branch", "main")
    _git(theirs, "add", "--all", "--force")
    _git(theirs, *_COMMIT, "-m", "main")
    _git(folder, "clone", "--quiet", str(theirs), str(ours))
    return ours


def _reviewed(repository: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "SYSTEM_", "BUILD_"))}
    command = [str(repository / ".ci" / "review"), *arguments]
    known = kept | {"PYTHON": sys.executable} | environment
    return subprocess.run(command, cwd=repository, env=known, capture_output=True, text=True, check=False)


def _planned(repository: Path, stack: str, document: dict[str, Any], warehouse: dict[str, Any]) -> None:
    """What `make plan` leaves of one stack."""
    folder = repository / "cdktf.out" / "stacks" / stack
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(document))
    (folder / "cdk.tf.json").write_text(json.dumps({"resource": {"databricks_sql_endpoint": {"warehouse": warehouse}}}))


def test_the_target_branch_decides_and_the_comments_are_left(repository: Path) -> None:
    """On GitHub: the warehouse idles on main too, so it stops nothing, and its place links to the pull request's
    commit. The branch empties its own rules; those of main block a grant to everybody all the same, with 1.
    """
    _planned(
        repository,
        "prod-workspace",
        plan(change("databricks_sql_endpoint.warehouse", ["update"], _QUICK, _IDLE)),
        _IDLE,
    )
    held = {"catalog": "prod", "grant": [{"principal": "account users", "privileges": ["MODIFY"]}]}
    _planned(repository, "prod-ml", plan(change("databricks_grants.g", ["create"], None, held)), _QUICK)
    (repository / "policies" / "review" / "decision" / "rules.yaml").write_text("rules: []\n")
    result = _reviewed(repository, GITHUB_BASE_REF="main", GITHUB_REPOSITORY="org/repo", GITHUB_SHA="a" * 40)
    assert (result.returncode, "blocked: prod-ml\n" in result.stderr) == (1, True), result.stderr
    reviews = repository / "dist" / "reviews"
    text = (reviews / "prod-workspace.md").read_text()
    assert text.startswith("<!-- mlops-review: prod-workspace -->\n## `prod-workspace`: pass")
    assert "| medium | known |" in text
    assert f"https://github.com/org/repo/blob/{'a' * 40}/workspaces/prod.yaml#L" in text
    assert [path.name for path in sorted(reviews.iterdir())] == ["prod-ml.md", "prod-workspace.md", "summary.md"]
    assert "1 known" in (reviews / "summary.md").read_text()
    assert [path.name for path in (repository / ".git").glob("worktrees/*")] == []


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "no target branch: set REVIEW_TARGET"),
        ({"REVIEW_TARGET": "nowhere"}, "origin/nowhere is not here"),
        ({"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/nowhere"}, "origin/nowhere is not here"),
    ],
)
def test_without_a_target_branch_it_says_what_to_do(
    repository: Path, tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    """No name, and names of a branch that is not there, the last as Azure Pipelines gives it."""
    (tmp_path / "p.json").write_text("{}")
    result = _reviewed(repository, str(tmp_path / "p.json"), **environment)
    assert (result.returncode, said in result.stderr) == (2, True), result.stderr


def test_without_a_plan_it_says_how_to_make_one(repository: Path, tmp_path: Path) -> None:
    """A name that is no file."""
    result = _reviewed(repository, str(tmp_path / "none.json"), REVIEW_TARGET="main")
    assert (result.returncode, "no plan; run make plan" in result.stderr) == (2, True)
