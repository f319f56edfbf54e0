"""The stacks as they are synthesized, in a whole local cloud."""

from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied

from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.kernel import loopback
from localcloud.loader.documents import Stack, read_stacks
from localcloud.loader.kinds import DATA, KINDS

CREDIT_JOBS = {"credit-ingest", "credit-training", "credit-promotion", "credit-scoring"}


@pytest.fixture
def prod(cloud: Endpoint) -> WorkspaceClient:
    """The SDK as prod's administrator."""
    return WorkspaceClient(host=cloud.workspaces["prod"], token=cloud.admin_token, auth_type="pat")


def test_every_type_of_the_documents_can_be_loaded(stacks_dir: Path) -> None:
    """Phase two included: no resource type or data source is unknown."""
    blocks = [block for stack in read_stacks(stacks_dir) if stack.host for block in stack.blocks]
    assert {block.type for block in blocks if not block.is_data} <= KINDS.keys()
    assert {block.type for block in blocks if block.is_data} <= DATA.keys()


def test_every_environment_has_its_workspace(cloud: Endpoint, stacks_dir: Path) -> None:
    """One port each, and the account's."""
    named = {stack.workspace for stack in read_stacks(stacks_dir) if stack.in_workspace}
    assert cloud.workspaces.keys() == named
    assert len({*cloud.workspaces.values(), cloud.account_url}) == len(named) + 1


def test_a_second_load_changes_nothing(cloud: Endpoint, stacks_dir: Path) -> None:
    """As many resources as the documents of phase one have, all of them unchanged."""
    phase_one = [
        stack for stack in read_stacks(stacks_dir) if stack.host and not stack.name.endswith(("-masks", "-serving"))
    ]
    report = loader.load(cloud, stacks_dir)
    assert (report.created, report.updated, report.deleted) == (0, 0, 0)
    assert report.unchanged == sum(_resources(stack) for stack in phase_one)


def test_the_jobs_are_there_with_their_principals(prod: WorkspaceClient) -> None:
    """Each runs as its own service principal, and its tasks name a wheel that was uploaded."""
    jobs = {str(job.settings.name): prod.jobs.get(job.job_id or 0) for job in prod.jobs.list() if job.settings}
    assert jobs.keys() >= CREDIT_JOBS
    names = {str(p.application_id): p.display_name for p in prod.service_principals.list()}
    runs_as = {name: names[str(jobs[name].run_as_user_name)] for name in CREDIT_JOBS}
    assert runs_as == {name: f"prod-{name}" for name in CREDIT_JOBS}
    settings = jobs["credit-training"].settings
    assert settings is not None
    (wheel,) = {library.whl for task in settings.tasks or [] for library in task.libraries or []}
    assert prod.files.get_metadata(str(wheel)).content_length is not None


def test_grants_are_those_of_the_documents(cloud: Endpoint, prod: WorkspaceClient) -> None:
    """Prod's training may read prod's gold; a principal of dev has nothing in prod's bronze."""
    principals = {p.display_name: str(p.application_id) for p in prod.service_principals.list()}
    held = prod.grants.get_effective("schema", "prod.credit_gold", principal=principals["prod-credit-training"])
    privileges = {
        str(p.privilege and p.privilege.value) for row in held.privilege_assignments or [] for p in row.privileges or []
    }
    assert "SELECT" in privileges
    stranger = WorkspaceClient(host=prod.config.host, token=_token(cloud, "dev-credit-promotion"), auth_type="pat")
    with pytest.raises(PermissionDenied):
        stranger.schemas.get("prod.credit_bronze")


def _token(cloud: Endpoint, principal: str) -> str:
    headers = {"Authorization": f"Bearer {cloud.admin_token}"}
    answer = loopback.request(
        "POST", f"{cloud.account_url}/local/tokens", json={"as": principal}, headers=headers
    ).raise_for_status()
    return str(answer.json()["token"])


def _resources(stack: Stack) -> int:
    return sum(not block.is_data for block in stack.blocks)
