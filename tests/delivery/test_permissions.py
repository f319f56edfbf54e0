"""No pipeline holds a secret or more rights than it needs, and each signs in as a subject that `bootstrap` lets in."""

import re
from typing import Any

import pytest
import yaml

from tests.delivery.azure_yaml import pipeline
from tests.delivery.steps import AZURE, NAMES, ROOT, WORKFLOWS, github, load

READ = {"contents": "read"}
# By workflow and job; what is not here may read the code, and nothing else.
PERMISSIONS: dict[tuple[str, str], dict[str, str]] = {
    ("checks.yml", "stacks"): {**READ, "security-events": "write"},
    ("plan.yml", "plan"): {**READ, "id-token": "write"},
    ("pull-request.yml", "comment"): {**READ, "pull-requests": "write"},
    ("pull-request.yml", "integration"): {**READ, "id-token": "write"},
    ("deploy-staging.yml", "staging"): {**READ, "id-token": "write"},
    ("staging.yml", "dev"): {**READ, "id-token": "write"},
    ("release.yml", "deploy"): {**READ, "id-token": "write"},
    ("place.yml", "place"): {**READ, "id-token": "write"},
    ("drift.yml", "drift"): {**READ, "id-token": "write"},
    ("drift.yml", "ticket"): {**READ, "issues": "write"},
    ("renew.yml", "renew"): {"contents": "write", "pull-requests": "write"},
}
FILES = sorted([*(ROOT / ".github").rglob("*.yml"), *AZURE.rglob("*.yml")])


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_every_job_has_the_rights_it_needs_and_no_other(path: Any) -> None:
    """None by default; who signs in to the cloud writes nothing at GitHub, and the other way round."""
    workflow = load(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        if "uses" in job:
            called = load(ROOT / job["uses"])["jobs"].values()
            assert job["permissions"] == {key: value for each in called for key, value in each["permissions"].items()}
        else:
            assert job["permissions"] == PERMISSIONS.get((path.name, name), READ), name
        writes = [scope for scope, right in job["permissions"].items() if right == "write"]
        assert "id-token" not in writes or writes == ["id-token"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_pipeline_holds_a_secret(path: Any) -> None:
    """Neither GitHub's secrets nor a variable that is called like one; runs have tokens of their own."""
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert not re.search(r"CLIENT_SECRET|PASSWORD|ACCESS_KEY|_PAT\b|DATABRICKS_TOKEN\b|AzureKeyVault@", text)
    assert set(re.findall(r"\$\((\w*\.?[Aa]ccessToken|\w*[Ss]ecret\w*)\)", text)) <= {"System.AccessToken"}


def test_only_the_renewal_keeps_its_token_in_the_checkout() -> None:
    """Whatever a job runs could read it there, and push."""
    jobs = [job for name in NAMES for job in github(name)]
    checkouts = [(job, step) for job in jobs for step in job.steps if "actions/checkout@" in step.get("uses", "")]
    assert {job.name for job, _ in checkouts} == {job.name for job in jobs}
    kept = [(job.file, job.name) for job, step in checkouts if step["with"]["persist-credentials"] is not False]
    assert kept == [("renew.yml", "renew")]


def _subjects() -> set[str]:
    found = set()
    for path in (ROOT / "workspaces").glob("*.yaml"):
        deployer = yaml.safe_load(path.read_text()).get("deployer", {})
        found |= {deployer[key].rpartition(":")[2] for key in ("subject", "unattended_subject") if key in deployer}
    return found


def _environments() -> set[str]:
    """Those of jobs that sign in, with the matrix and the inputs written out."""
    listed = load(WORKFLOWS / "pull-request.yml")["jobs"]["plan"]["strategy"]["matrix"]["env"]
    release = load(WORKFLOWS / "release.yml")["jobs"]["plan"]["with"]["environment"]
    jobs = [job for name in NAMES for job in github(name) if "id-token" in job.written["permissions"]]
    named = {str(job.written["environment"]) for job in jobs}
    assert "${{ inputs.environment }}" in named
    drift = {text.replace("${{ matrix.env }}", each) for text in named for each in listed}
    return {*(each for each in drift if "${{" not in each), *listed, release}


def test_every_sign_in_is_one_that_bootstrap_lets_in() -> None:
    """The environment is the subject, so each one is declared in workspaces/, and each declared one is used."""
    assert _environments() == _subjects()


def test_azures_connections_are_called_as_githubs_environments() -> None:
    """`mlops-<environment>`: the same list of who may sign in, approved and unattended."""
    texts = "\n".join(str(pipeline(AZURE / f"{name}.yml")) for name in NAMES)
    used = set(re.findall(r"'azureSubscription': '([\w-]+)'", texts))
    assert used == {f"mlops-{each}" for each in _subjects()}


def test_production_is_deployed_with_an_approval_only() -> None:
    """Its deployment signs in by the environment that has reviewers; what runs unattended plans."""
    jobs = [job for name in NAMES for job in github(name) if "deploy" in job.made]
    assert {str(job.written["environment"]) for job in jobs} == {"staging", "staging-unattended", "prod"}
