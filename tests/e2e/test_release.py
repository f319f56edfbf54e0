"""The whole way of a change, by the pipelines' own steps: branch, checks, review, staging, release, production, back.

One story, on a cloud that runs no jobs: each test goes on where the last one ended. What models do on the way, live and
served or refused by their gates, is played by `test_release_with_models.py`.
"""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Mlops
from tests.e2e.rehearsal.checkout import git
from tests.e2e.rehearsal.company import Company
from tests.e2e.rehearsal.run import made

pytestmark = [pytest.mark.long, pytest.mark.mlflow, pytest.mark.timeout(3000)]

WHO = 'grants=tuple(Grant(principal=who, privileges=("USE_SCHEMA",)) for who in parts.jobs'
# What runs jobs, or refers to what they make.
JOBS = ("make integrate", "make train", "make score", "make deploy MASKS=1", "make deploy SERVING=1", "make smoke")
DEPLOYED = [("deploy", "make live"), ("deploy", "make deploy"), ("deploy", "make place")]


@pytest.fixture(scope="module")
def company(mlops: Mlops, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """With one use case, and the first deployment done by hand."""
    with Company.without_spark(mlops, tmp_path_factory.mktemp("company")) as mine:
        yield mine


def test_a_branch_passes_its_checks_and_is_planned(company: Company) -> None:
    """The pull request's own steps: scan and access review, then the plan of prod and its review."""
    done = company.play("github", "pull-request", jobs=("stacks", "plan"))
    assert made(done) == [
        ("stacks", "make synth-check scan access"),
        ("plan", "make plan"),
        ("plan", "make review"),
    ]


def test_a_branch_comes_into_staging_and_leaves_it_again(company: Company) -> None:
    """What the integration jobs run in staging is the branch's wheel; in the end the target branch's is there again."""
    [before] = company.wheels("staging")
    git(company.checkout, "switch", "--quiet", "--create", "branch")
    company.edit("pyproject.toml", 'version = "0.1.0"', 'version = "0.1.1"')
    git(company.checkout, "commit", "--quiet", "--all", "--message", "A branch")
    done = company.play("azure", "pull-request", jobs=("integration",), without=("make integrate", "make roll-back"))
    assert made(done) == [("integration", "make deploy")]
    [during] = company.wheels("staging")
    assert during.endswith("/mlops_ml-0.1.1-py3-none-any.whl")
    done = company.play("github", "pull-request", jobs=("integration",), without=("make integrate",))
    assert made(done) == [("integration", "make deploy"), ("integration", "make roll-back")]
    assert company.wheels("staging") == {before}
    git(company.checkout, "switch", "--quiet", "main")


def test_a_release_passes_staging_and_an_interrupted_one_is_run_again(company: Company) -> None:
    """The machine is lost after each step that needs no jobs: the rerun reaches the end, and both environments have the
    recorded wheel.
    """
    record = company.release("1.0.0")
    done = company.play("github", "release", jobs=("recorded", "staging", "plan"), without=JOBS)
    assert made(done) == [
        ("recorded", "make release-check"),
        ("staging", "make deploy"),
        ("plan", "make plan"),
        ("plan", "make review"),
    ]
    for lost_after in ("make live", "make deploy"):
        company.play("azure", "release", jobs=("deploy",), without=JOBS, lost_after=lost_after)
    assert made(company.play("azure", "release", jobs=("deploy",), without=JOBS)) == DEPLOYED
    for env in ("staging", "prod"):
        [wheel] = company.wheels(env)
        assert wheel.endswith(f"/{record['sha256']}/mlops_ml-1.0.0-py3-none-any.whl")


def test_a_bad_deployment_is_rolled_back(company: Company) -> None:
    """Prod grants to a group that the account does not have yet: the deployment fails, and 1.0.0 is back whole."""
    [before] = company.wheels("prod")
    company.edit("workspaces/platform.yaml", "groups:\n", "groups:\n  auditors:\n    comment: Read what was decided.\n")
    company.edit("workspaces/prod.yaml", "    access:\n", "    access:\n      auditors:\n        ops: read\n")
    company.merge("Auditors read what was decided")
    company.release("1.1.0")
    done = company.play("github", "release", jobs=("deploy",))
    ran = [(each.step.made, each.code) for each in done]
    assert [made for made, _ in ran] == ["make live", "make deploy", "make roll-back"]
    assert [code == 0 for _, code in ran] == [True, False, True]
    assert "auditors" in done[1].said
    assert "rolling prod back to v1.0.0" in done[2].said
    assert company.wheels("prod") == {before}


def test_what_was_missing_is_made_and_the_rerun_reaches_the_end(company: Company) -> None:
    """The account's admins deploy the group by hand; then the release that was rolled back goes through, on Azure."""
    company.by_hand("ARM_USE_MSI=true make deploy ENV=account APPROVED=1")
    assert made(company.play("azure", "release", jobs=("deploy",), without=JOBS)) == DEPLOYED
    [wheel] = company.wheels("prod")
    assert wheel.endswith("/mlops_ml-1.1.0-py3-none-any.whl")


def test_a_grant_that_widens_access_is_stopped_by_the_review(company: Company) -> None:
    """A branch lets everybody into a schema: its plan's review blocks the pull request and says who gains what. One
    that lets a group read more asks for the platform's admins.
    """
    company.edit("workspaces/prod.yaml", "      analysts:\n", "      analysts:\n        silver: read\n")
    done = company.play("azure", "pull-request", jobs=("plan",))
    assert ("plan", "make review") in made(done)
    comment = (company.checkout / "dist" / "reviews" / "prod-workspace.md").read_text()
    assert "needs approval by `platform-admins`" in comment
    assert "`analysts` **gains** `SELECT`, `USE_SCHEMA` on schema" in comment
    company.edit("infra/stacks/workspace_data.py", WHO, f'{WHO[: -len("parts.jobs")]}("account users", *parts.jobs)')
    done = company.play("github", "pull-request", jobs=("plan",))
    ran = [(each.step.made, each.code == 0) for each in done if each.step.made]
    assert ran == [("make plan", True), ("make review", False)]
    assert "blocked: prod-workspace" in done[-1].said
    comment = (company.checkout / "dist" / "reviews" / "prod-workspace.md").read_text()
    assert "account users gains USE_SCHEMA" in comment
