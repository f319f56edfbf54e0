"""A finding leads to the lines where its resource is written, as a link if the repository has an address."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import mlops
from policies.review.comment.declared import Workspaces
from policies.review.comment.links import link_from, link_under, no_link
from policies.review.comment.markdown import comment
from policies.review.comment.places import Place, Places
from policies.review.costs.prices import read_prices
from policies.review.decision.rules import read_rules
from policies.review.decision.waived import findings_with
from policies.review.review import Reviewer
from policies.terraform.lines import lines_in_hcl, lines_in_json
from policies.terraform.plan import read_plan
from tests.policies.review.plans import change, plan

ROOT = Path(__file__).resolve().parents[3]
_IDLE = {"name": "w", "cluster_size": "Small", "auto_stop_mins": 120, "enable_serverless_compute": True}
_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_FILES = f"https://github.com/org/repo/blob/{_COMMIT}"


def _document(address: str = "databricks_sql_endpoint.warehouse", **more: Any) -> dict[str, Any]:
    return plan(change(address, ["create"], None, _IDLE), **more)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one environment and its synthesized stack."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "workspaces").mkdir()
    (tmp_path / "workspaces" / "prod.yaml").write_text("name: prod\n\nwarehouse:\n  auto_stop_minutes: 120\n")
    stack = tmp_path / "cdktf.out" / "stacks" / "prod-workspace" / "cdk.tf.json"
    stack.parent.mkdir(parents=True)
    stack.write_text(json.dumps({"resource": {"databricks_sql_endpoint": {"warehouse": _IDLE}}}, indent=2))
    return tmp_path


def _places(checkout: Path, document: dict[str, Any], address: str, base: str = _FILES) -> tuple[Place, ...]:
    found = Places(checkout / "cdktf.out", checkout, link_under(base))
    return found.of(read_plan("prod-workspace", document), address)


def test_a_finding_leads_to_the_yaml_and_to_the_synthesized_document(checkout: Path) -> None:
    """The first is in the repository at that commit; the second is made on the way, and nothing to link to."""
    places = _places(checkout, _document(), "databricks_sql_endpoint.warehouse")
    assert places == (
        Place(path="workspaces/prod.yaml", line=3, url=f"{_FILES}/workspaces/prod.yaml#L3"),
        Place(path="cdktf.out/stacks/prod-workspace/cdk.tf.json", line=4),
    )


def test_the_comment_links_them(checkout: Path) -> None:
    """In the row of the finding; without an address they are text."""
    for base in (_FILES, ""):
        link = link_under(base)
        places = Places(checkout / "cdktf.out", checkout, link).of
        scan = findings_with([], date(2026, 11, 21))
        reviewer = Reviewer(rules=read_rules(), prices=read_prices(), findings_of=scan, places_of=places)
        text = comment(reviewer.review("prod-workspace", _document()))
        (row,) = [line for line in text.splitlines() if line.startswith("| medium |")]
        yaml_place = "`workspaces/prod.yaml:3`"
        told = f"[{yaml_place}]({base}/workspaces/prod.yaml#L3)" if base else yaml_place
        assert (
            f"`databricks_sql_endpoint.warehouse` in {told}, `cdktf.out/stacks/prod-workspace/cdk.tf.json:4` |" in row
        )


def test_terraforms_own_files_are_found_through_local_modules(tmp_path: Path) -> None:
    """A resource of the root, one of a module's instance, and one of a module from a registry, which is not here."""
    (tmp_path / ".git").mkdir()
    root = tmp_path / "envs" / "prod"
    module = tmp_path / "modules" / "sql"
    for folder in (root, module):
        folder.mkdir(parents=True)
    (root / "main.tf").write_text('# top\nresource "databricks_sql_endpoint" "w" {\n  name = "w"\n}\n')
    (module / "warehouse.tf").write_text('\n\nresource "databricks_sql_endpoint" "w" {}\n')
    calls = {"sql": {"source": "../../modules/sql", "module": {}}, "far": {"source": "org/far/databricks"}}
    document = _document(configuration={"root_module": {"module_calls": calls}})
    wanted = {
        "databricks_sql_endpoint.w": [("envs/prod/main.tf", 2)],
        'module.sql["a"].databricks_sql_endpoint.w[0]': [("modules/sql/warehouse.tf", 3)],
        "module.far.databricks_sql_endpoint.w": [],
    }
    places = Places(tmp_path / "none", root)
    for address, lines in wanted.items():
        assert [(one.path, one.line) for one in places.of(read_plan("s", document), address)] == lines


def test_lines_of_both_languages() -> None:
    """Nested blocks of the same form and braces in texts count for nothing."""
    text = (
        '{\n "//": {"resource": {"a": {"b": {}}}},\n "resource": {"t_a": {\n  "x": {"y": "{\\"z\\": {"},\n  "w": {}}}}'
    )
    assert lines_in_json(text) == {"t_a.x": 4, "t_a.w": 5}
    assert lines_in_hcl('x\n\n  resource "t_a" "n" {\n}\nresource t_b m {\n}\n') == {"t_a.n": 3, "t_b.m": 5}


@pytest.mark.parametrize(
    ("stack", "address", "key"),
    [
        ("prod-workspace", "databricks_cluster_policy.policy-gpu_single_node", "policies.gpu_single_node"),
        ("prod-workspace", "databricks_permissions.warehouse-permissions", "warehouse"),
        ("prod-ml", "databricks_job.credit-training", "use_cases.credit.jobs.training"),
        ("prod-ml", "databricks_job.credit-rollback", "use_cases.credit"),
        ("prod-workspace", "databricks_ip_access_list.ip-allow-list", "security.ip_allow_list"),
        ("account", "databricks_group.group-ml-engineers", "ml-engineers"),
        ("prod-platform", "azurerm_key_vault.vault", None),
        ("prod-platform", "azurerm_storage_container.lake-gold", None),
    ],
)
def test_a_shipped_resource_is_declared_where_its_words_are(stack: str, address: str, key: str | None) -> None:
    """The deepest entry that all fitting ones lie in; none for what no entry is about."""
    found = Workspaces(ROOT / "workspaces").place(stack, address)
    if key is None:
        assert found is None
        return
    assert found is not None
    file, line = found
    assert file.name == ("platform.yaml" if stack == "account" else "prod.yaml")
    assert file.read_text().splitlines()[line - 1].strip().startswith(f"{key.rpartition('.')[2]}:")


def test_github_links_to_the_pull_requests_own_commit(tmp_path: Path) -> None:
    """Not to the merge that the run is at; outside a pull request, to the commit of the run."""
    run = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "org/repo", "GITHUB_SHA": "f" * 40}
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"head": {"sha": _COMMIT}}}))
    event = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    assert link_from(run | event)("a b/(c).tf", 7) == f"{_FILES}/a%20b/%28c%29.tf#L7"
    assert link_from(run)("a.tf", 7) == f"https://github.com/org/repo/blob/{'f' * 40}/a.tf#L7"


def test_azure_pipelines_link_in_the_form_of_their_host() -> None:
    """Azure Repos by a query, without the user in the address; a repository of GitHub as on GitHub."""
    run = {"BUILD_REPOSITORY_URI": "https://org@dev.azure.com/org/p/_git/repo", "BUILD_SOURCEVERSION": _COMMIT}
    azure = link_from(run | {"BUILD_REPOSITORY_PROVIDER": "TfsGit"})("w/prod.yaml", 7)
    asked = f"path=%2Fw%2Fprod.yaml&version=GC{_COMMIT}&line=7&lineEnd=8&lineStartColumn=1&lineEndColumn=1"
    assert azure == f"https://dev.azure.com/org/p/_git/repo?{asked}"
    github = {"BUILD_REPOSITORY_URI": "https://github.com/org/repo.git", "BUILD_REPOSITORY_PROVIDER": "GitHub"}
    assert link_from(run | github)("a.tf", 1) == f"{_FILES}/a.tf#L1"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"GITHUB_REPOSITORY": "org/repo", "GITHUB_SHA": "main) [x](https://evil"},
        {"GITHUB_REPOSITORY": "org/repo|x", "GITHUB_SHA": _COMMIT},
        {"BUILD_REPOSITORY_PROVIDER": "TfsGit", "BUILD_REPOSITORY_URI": "git@ssh", "BUILD_SOURCEVERSION": _COMMIT},
    ],
)
def test_what_is_no_address_makes_no_link(environment: dict[str, str]) -> None:
    """Nothing from the environment may break the comment's table or lead elsewhere."""
    assert link_from(environment)("a.tf", 1) == no_link("a.tf", 1) == ""


def test_the_command_takes_the_address(checkout: Path) -> None:
    """`--link-base`, for another host."""
    (checkout / "prod-workspace.json").write_text(json.dumps(_document()))
    options = ["--source", str(checkout), "--stacks", str(checkout / "cdktf.out"), "--link-base", _FILES]
    result = CliRunner().invoke(mlops, ["review", str(checkout / "prod-workspace.json"), *options])
    assert f"]({_FILES}/workspaces/prod.yaml#L3)" in result.stdout, result.output
