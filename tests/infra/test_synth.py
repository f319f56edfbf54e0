"""The synthesis as a whole: stacks, addresses, the real CLI, time and memory."""

import filecmp
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.main import synth
from tests.infra.conftest import Documents, edit

PINNED = Path(__file__).with_name("addresses.txt")
AZURERM_ARGUMENTS = {
    *("features", "resource_provider_registrations", "resource_providers_to_register"),
    *("storage_use_azuread", "subscription_id", "tenant_id"),
}


def addresses(documents: Documents) -> list[str]:
    """`<stack> <type>.<name>` of every resource."""
    return [
        f"{stack} {type_}.{name}"
        for stack, document in sorted(documents.items())
        for type_, instances in sorted(document["resource"].items())
        for name in sorted(instances)
    ]


def test_addresses_are_pinned(shipped: Documents) -> None:
    """An address that changes destroys and makes again what lies there: such a change is made on purpose.

    Write the file anew with `python -m tests.infra.pin_addresses`.
    """
    assert addresses(shipped) == PINNED.read_text(encoding="utf-8").splitlines()


def test_stacks_are_listed_in_order(out_dir: Path) -> None:
    """The manifest has three stacks for all, four per environment, and one more where it masks or serves."""
    manifest = json.loads((out_dir / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["stacks"]) == sorted(
        [
            *("bootstrap", "hub", "account"),
            *(
                f"{env}-{part}"
                for env in ("dev", "prod", "staging")
                for part in ("platform", "rights", "workspace", "ml")
            ),
            "prod-masks",
            "staging-masks",
            "prod-serving",
        ]
    )


def test_stacks_share_nothing_but_names(documents: Documents) -> None:
    """No stack reads another one's state, and none has an output."""
    for document in documents.values():
        assert "terraform_remote_state" not in document.get("data", {})
        assert "output" not in document


def test_phase_one_needs_nothing_that_jobs_create(documents: Documents) -> None:
    """No resource of these stacks names a table: tables exist only after the first run."""
    later = {"databricks_sql_table", "databricks_quality_monitor", "databricks_model_serving", "databricks_policy_info"}
    for document in (document for stack, document in documents.items() if not stack.endswith(("-masks", "-serving"))):
        assert not (later | {"databricks_entity_tag_assignment"}) & set(document["resource"])
        assert "databricks_registered_model" not in document.get("data", {})
        for grants in document["resource"].get("databricks_grants", {}).values():
            assert "table" not in grants


def test_state_is_remote_and_providers_hold_no_secret(documents: Documents) -> None:
    """Each stack has its own state blob, opened by role, and its providers name where, and nothing secret."""
    for stack, document in documents.items():
        backend = document["terraform"]["backend"]["azurerm"]
        assert (backend["key"], backend["use_azuread_auth"]) == (f"{stack}.tfstate", True)
        for provider in document["provider"].get("databricks", ()):
            assert set(provider) == ({"host", "account_id"} if stack == "account" else {"host"})
        for provider in document["provider"].get("azurerm", ()):
            assert set(provider) - {"alias"} == AZURERM_ARGUMENTS
            assert provider["storage_use_azuread"] is True


def test_local_state_when_told(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """platform.yaml chooses the local backend by its kind."""
    text = (workspaces / "platform.yaml").read_text(encoding="utf-8")
    text = re.sub(r"state:\n(  .*\n)+", "state: {kind: local}\n", text)
    (workspaces / "platform.yaml").write_text(text, encoding="utf-8")
    assert synthesized("prod-ml")["prod-ml"]["terraform"]["backend"] == {"local": {"path": "prod-ml.tfstate"}}


def test_one_more_dev_workspace_is_one_more_file(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """A second dev gets its own catalog, principals and read-only way to prod, and the first stays as it was."""
    text = (workspaces / "dev.yaml").read_text(encoding="utf-8")
    text = text.replace("name: dev\ncatalog: dev\n", "name: dev-fraud\ncatalog: dev_fraud\n")
    text = text.replace("1000000000000001.1", "1000000000000004.4").replace("1000000000000001", "1000000000000004")
    text = text.replace("10.41.", "10.44.")
    (workspaces / "dev-fraud.yaml").write_text(text, encoding="utf-8")
    edit(workspaces / "prod.yaml", "read_by: [dev]", "read_by: [dev, dev-fraud]")
    documents = synthesized()
    assert documents["dev-fraud-workspace"]["resource"]["databricks_catalog"]["catalog"]["name"] == "dev_fraud"
    gold = documents["prod-workspace"]["resource"]["databricks_grants"]["credit_gold-grants"]["grant"]
    readers = [grant for grant in gold if grant["principal"].endswith("-source-readers")]
    assert readers == [
        {"principal": f"{name}-credit-source-readers", "privileges": ["USE_SCHEMA", "SELECT"]}
        for name in ("dev", "dev-fraud")
    ]
    bindings = documents["prod-workspace"]["resource"]["databricks_workspace_binding"]
    assert bindings["catalog-binding-dev-fraud"]["binding_type"] == "BINDING_TYPE_READ_ONLY"


def _more_dev(workspaces: Path, number: int) -> None:
    """Another environment like dev, with names, ids and addresses of its own."""
    text = (workspaces / "dev.yaml").read_text(encoding="utf-8")
    text = text.replace("name: dev\ncatalog: dev\n", f"name: dev-{number}\ncatalog: dev_{number}\n")
    text = text.replace("1000000000000001.1", f"10000000000001{number:02}.4")
    text = text.replace("1000000000000001", f"10000000000001{number:02}").replace("10.41.", f"10.{50 + number}.")
    (workspaces / f"dev-{number}.yaml").write_text(text, encoding="utf-8")


def test_one_environment_is_enough(workspaces: Path, tmp_path: Path) -> None:
    """Prod alone: what all share, and its own stacks."""
    for name in ("dev", "staging"):
        (workspaces / f"{name}.yaml").unlink()
    edit(workspaces / "prod.yaml", "read_by: [dev]", "read_by: []")
    own = [f"prod-{part}" for part in ("platform", "rights", "workspace", "ml", "masks", "serving")]
    assert sorted(synth(tmp_path / "out", workspaces)) == sorted(["bootstrap", "hub", "account", *own])


def test_ten_environments_are_synthesized(workspaces: Path, tmp_path: Path) -> None:
    """Seven more like dev, each with a platform of its own, and nothing of the first three changes its name."""
    for number in range(1, 8):
        _more_dev(workspaces, number)
    readers = ", ".join(["dev", *(f"dev-{number}" for number in range(1, 8))])
    edit(workspaces / "prod.yaml", "read_by: [dev]", f"read_by: [{readers}]")
    names = synth(tmp_path / "out", workspaces)
    assert sorted(name for name in names if name.endswith("-platform")) == sorted(
        f"{environment}-platform" for environment in ("dev", "prod", "staging", *(f"dev-{n}" for n in range(1, 8)))
    )


@pytest.mark.cdktf
def test_the_real_cli_writes_the_same_documents(root: Path, tmp_path: Path) -> None:
    """`cdktf synth` and `mlops synth` agree to the byte."""
    cli = root / "node_modules" / ".bin" / "cdktf"
    if not cli.exists():
        pytest.skip("the cdktf CLI is not installed: npm ci --ignore-scripts")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "CHECKPOINT_DISABLE": "1", "CI": "1"}
    command = [str(cli), "synth", "--output", str(tmp_path / "cli")]
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, timeout=300)
    # Made now and not taken from the session: sources that changed since would be another wheel.
    out_dir = tmp_path / "own"
    synth(out_dir)
    theirs = {p.relative_to(tmp_path / "cli") for p in (tmp_path / "cli").rglob("*") if p.is_file()}
    ours = {p.relative_to(out_dir) for p in out_dir.rglob("*") if p.is_file()}
    assert theirs == ours
    _, differ, failed = filecmp.cmpfiles(out_dir, tmp_path / "cli", [str(path) for path in ours], shallow=False)
    assert (differ, failed) == ([], [])


@pytest.mark.programs
def test_a_synthesis_is_small(root: Path, tmp_path: Path) -> None:
    """Python takes 120 MB at most (Node, its child, is not counted). How long it takes, `bench/` measures."""
    # Not getrusage: on Linux a child's maximum starts with what its parent, this test run, had when it was started.
    code = (
        "import re, sys; from pathlib import Path; from infra.main import synth; synth(Path(sys.argv[1])); "
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "out")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 120


def test_wrong_workspaces_end_the_program_with_their_mistakes(
    workspaces: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m infra.main` prints the mistakes and fails, without a traceback."""
    from infra import main  # noqa: PLC0415

    edit(workspaces / "dev.yaml", "catalog: dev", "catalog: prod")
    monkeypatch.setattr(main, "WORKSPACES", workspaces)
    monkeypatch.setenv("CDKTF_OUTDIR", str(workspaces / "out"))
    assert main.main() == 1
    assert "prod.yaml:3: catalog: given 'prod'" in capsys.readouterr().err
