"""Dev reads a redacted mirror of prod: a catalog of its own, made by prod's ingest, and nothing of prod's gold."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.spec import SpecError, load
from ml.declarations import Mirror
from ml.usecases import USE_CASES
from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.invariants import read_invariants, violations
from policies.access.model import Key
from policies.access.stacks import stack_of
from tests.infra.conftest import Documents, edit
from tests.infra.find import all_grants, grants, tasks

KEY = "prod/credit-mirror-key"


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credit with a mirror."""
    monkeypatch.setitem(USE_CASES, "credit", replace(USE_CASES["credit"], mirror=Mirror(least_keys=10)))


def _read_the_mirror(workspaces: Path) -> None:
    edit(workspaces / "dev.yaml", "    source: prod\n", "    source: prod\n    mirror: true\n")


def _make_the_mirror(workspaces: Path) -> None:
    edit(workspaces / "prod.yaml", "  credit:\n", f"  credit:\n    mirror_key: {KEY}\n")


@pytest.fixture
def documents(workspaces: Path, synthesized: Callable[[], Documents]) -> Documents:
    """The shipped workspaces with a mirror."""
    _read_the_mirror(workspaces)
    _make_the_mirror(workspaces)
    return synthesized()


def test_dev_reads_the_mirror_and_nothing_of_prod(documents: Documents) -> None:
    """By grants, bindings, group and parameters; the access review says so, and every shipped invariant holds."""
    held = {name: rights for name, who, rights in all_grants(documents, "prod-workspace") if who.startswith("dev")}
    assert held == {"mirror-grants": {"USE_CATALOG"}, "mirror-credit_gold-grants": {"USE_SCHEMA", "SELECT"}}
    made = grants(documents, "prod-workspace", "mirror-credit_gold-grants")
    assert made["prod-credit-ingest"] == {"USE_SCHEMA", "SELECT", "CREATE_TABLE"}
    assert len(made) == 2
    bindings = documents["prod-workspace"]["resource"]["databricks_workspace_binding"]
    assert {name: each["binding_type"] for name, each in bindings.items() if name.startswith("mirror")} == {
        "mirror-binding-own": "BINDING_TYPE_READ_WRITE",
        "mirror-binding-dev": "BINDING_TYPE_READ_ONLY",
    }
    for job in ("training", "promotion", "scoring"):
        [job_document] = [
            each for name, each in documents["dev-ml"]["resource"]["databricks_job"].items() if name == f"credit-{job}"
        ]
        assert {each["name"]: each["default"] for each in job_document["parameter"]}["source_catalog"] == "prod_mirror"
    members = documents["account"]["resource"]["databricks_group_member"].values()
    clear = "${databricks_group.group-prod-credit-clear-readers.id}"
    assert not [each for each in members if each["group_id"] == clear and "dev-" in each["member_id"]]
    access = Access(estate := estate_of([stack_of(name, document) for name, document in documents.items()]))
    gold, mirror = Key(kind="schema", name="prod.credit_gold"), Key(kind="schema", name="prod_mirror.credit_gold")
    answer = access.may("dev-credit-training", mirror, "SELECT")
    assert (answer.allowed, answer.workspaces) == (True, ("dev",))
    assert not access.may("dev-credit-training", gold, "SELECT").allowed
    assert not access.may("dev-credit-training", mirror, "CREATE_TABLE").allowed
    assert list(violations(read_invariants(), access.matrix(), estate.securables)) == []


def test_prods_ingest_makes_it_with_the_key_of_its_vault(documents: Documents) -> None:
    """A job of its own, as the principal that sees what it leaves out; dev has none."""
    task = tasks(documents, "prod", "credit-mirror")["mirror"]["python_wheel_task"]
    flags = dict(zip(task["parameters"][::2], task["parameters"][1::2], strict=True))
    assert (task["entry_point"], flags["--mirror-catalog"], flags["--key"]) == ("mirror", "prod_mirror", KEY)
    job = documents["prod-ml"]["resource"]["databricks_job"]["credit-mirror"]
    assert "prod-credit-ingest" in str(job["run_as"])
    acls = documents["prod-workspace"]["resource"]["databricks_secret_acl"]
    assert {name: each["permission"] for name, each in acls.items() if "ingest" in name} == {
        "secrets-credit-ingest": "READ"
    }
    assert "credit-mirror" not in documents["dev-ml"]["resource"]["databricks_job"]


@pytest.mark.parametrize(
    ("choose", "message"),
    [
        ((_read_the_mirror,), "mirror with a source in which 'credit' has a mirror_key"),
        ((_make_the_mirror,), "mirror_key where an environment has source: prod and mirror: true"),
    ],
)
def test_one_half_alone_is_refused(workspaces: Path, choose: tuple[Callable[[Path], None], ...], message: str) -> None:
    """A mirror that nobody reads, and one that nobody makes."""
    for each in choose:
        each(workspaces)
    with pytest.raises(SpecError, match=message):
        load(workspaces)
