"""The YAML files are read as a whole, and every mistake is reported with its line."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.main import WORKSPACES, synth
from infra.spec import SpecError, load
from infra.spec.schema import DIRECTORY, documents
from ml.usecases import USE_CASES
from tests.infra.conftest import edit


def _problems(directory: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(directory)
    return [str(problem) for problem in caught.value.problems]


def _line(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_the_shipped_workspaces_are_right() -> None:
    """Three environments, each with its own catalog."""
    assert [(env.name, env.catalog) for env in load(WORKSPACES).environments] == [
        ("dev", "dev"),
        ("prod", "prod"),
        ("staging", "staging"),
    ]


def test_all_mistakes_of_all_files_are_reported_together(workspaces: Path) -> None:
    """Field, cross-setting and cross-file mistakes come in one error, each with file, line and fix."""
    dev, staging, platform = (workspaces / f"{name}.yaml" for name in ("dev", "staging", "platform"))
    edit(dev, "catalog: dev", "catalog: prod")
    edit(dev, "training: {schedule: paused, gpu: true}", "training: {shedule: paused}")
    edit(dev, "[Standard_NC4as_T4_v3, Standard_NC8as_T4_v3]", "[Standard_D4ads_v5]")
    edit(dev, "size: 2X-Small", "size: Huge")
    edit(dev, "model-risk: {ops", "auditors: {ops")
    edit(staging, '"0 0 2 * * ?"', '"0 0 25 * * ?"')
    edit(platform, "  resource_group: mlops-state\n", "")
    assert _problems(workspaces) == [
        f"dev.yaml:{_line(dev, 'shedule')}: use_cases.credit.jobs.training.schedule: given nothing; "
        "allowed one of 'active', 'paused'; add 'schedule'",
        f"dev.yaml:{_line(dev, 'shedule')}: use_cases.credit.jobs.training.shedule: given a setting that does not "
        "exist; allowed compute, gpu, processes, schedule; rename it to 'schedule'",
        f"dev.yaml:{_line(dev, 'auditors')}: use_cases.credit.access.auditors: given 'auditors'; allowed one of "
        "analysts, data-scientists, ml-engineers, model-risk, platform-admins; "
        "correct the name, or declare the group in platform.yaml",
        f"dev.yaml:{_line(dev, '[Standard_D4ads_v5]')}: policies.gpu_single_node.node_types.0: given "
        "'Standard_D4ads_v5'; allowed a GPU node type (NC, ND or NV series); it is not a GPU node type: "
        "use one of the NC, ND or NV series, such as Standard_NC4as_T4_v3",
        f"dev.yaml:{_line(dev, 'Huge')}: warehouse.size: given 'Huge'; allowed one of "
        "'2X-Small', 'X-Small', 'Small', 'Medium', 'Large'; use one of these",
        f"platform.yaml:{_line(platform, 'state:')}: state.resource_group: given nothing; allowed lower-case letters, "
        "digits and dashes, starting with a letter, up to 30; add 'resource_group'",
        "prod.yaml:3: catalog: given 'prod'; allowed a value that dev.yaml does not have; "
        "give each environment its own",
        f"staging.yaml:{_line(staging, 'cron')}: use_cases.credit.jobs.integration.cron: given '0 0 25 * * ?'; "
        "allowed a Quartz cron expression of 6 or 7 fields, such as 0 0 4 * * ?; it has '25' for hours: use 0 to 23",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("dev.yaml", "name: dev", "name: development", "name: given 'development'; allowed 'dev'"),
        ("dev.yaml", "source: prod", "source: staging", "source: given 'staging'; allowed an environment that ingests"),
        ("dev.yaml", "    source: prod\n", "", "training: given 'training'; allowed training with data to read"),
        (
            "dev.yaml",
            "promotion: {}",
            "promotion:",
            "credit.jobs: given ['scoring', 'training']; allowed jobs with promo",
        ),
        ("prod.yaml", "read_by: [dev]", "read_by: [test]", "read_by.0: given 'test'; allowed one of dev, staging"),
        ("prod.yaml", "  credit:\n", "  kredit:\n", "use_cases.kredit: given 'kredit'; allowed one of credit"),
        ("prod.yaml", "      scoring: {schedule: active}\n", "      scoring: {}\n", "scoring.schedule: given nothing"),
        (
            "dev.yaml",
            "scoring: {schedule: paused}",
            "scoring: {schedule: paused}\n      monitoring: {schedule: paused}",
            "jobs.monitoring: given 'monitoring'; allowed monitoring where ingest and scoring run; add ingest",
        ),
        (
            "prod.yaml",
            "monitoring: {schedule: active}",
            "monitoring: {schedule: active, webhook_secret: https://hooks}",
            "webhook_secret: given 'https://hooks'; allowed scope/key of the secret",
        ),
        (
            "prod.yaml",
            "online_store:\n  capacity: CU_1\n",
            "",
            "credit.serving: given {'inference_table': True}; allowed an environment with online_store",
        ),
        (
            "staging.yaml",
            "    access:\n",
            "    serving: {}\n    access:\n",
            "credit.serving: given {}; allowed an environment with online_store; add online_store, or remove serving",
        ),
        (
            "dev.yaml",
            "      model-risk: {ops: read,",
            "      model-risk: {predictions: read, ops: read,",
            "access.model-risk.predictions: given 'read'; allowed predictions where the use case has serving",
        ),
        (
            "dev.yaml",
            "  token_lifetime_days: 30\n",
            "  legacy_table_acls: [{database: default, group: analysts, rights: read}]\n",
            "security.legacy_table_acls: given 'table ACLs'; allowed none while legacy_access is disabled",
        ),
        (
            "dev.yaml",
            "  token_lifetime_days: 30\n",
            "  legacy_access: enabled\n  legacy_table_acls: [{database: default, group: clerks, rights: read}]\n",
            "security.legacy_table_acls.0.group: given 'clerks'; allowed one of analysts",
        ),
        ("dev.yaml", "days: 30", "days: 365", "token_lifetime_days: given 365; allowed 1 to 90 days"),
        ("dev.yaml", "[203.0.113.0/24]", "[0.0.0.0/0]", "ip_allow_list.0: given '0.0.0.0/0'; allowed an IPv4 address"),
        ("dev.yaml", "[203.0.113.0/24]", "[]", "ip_allow_list: given []; allowed"),
        ("dev.yaml", "\nmonthly_budget_usd: 500\n", "\n", "monthly_budget_usd: given nothing; allowed US dollars"),
        (
            "staging.yaml",
            "monthly_budget_usd",
            "system_schemas: [access]\nmonthly_budget_usd",
            "system_schemas.0: given 'access'; allowed a schema that prod.yaml does not name",
        ),
        (
            "staging.yaml",
            "  monthly_budget: 1000\n",
            "  monthly_budget: 1000\n  compliance: {profile: true, monitoring: true}\n",
            "azure.compliance.automatic_updates: given None; allowed true with this profile or these standards",
        ),
        (
            "platform.yaml",
            "  region: westeurope\n  prefix",
            "  region: northeurope\n  prefix",
            "metastore.region: given 'westeurope'; allowed 'northeurope'; write the region of azure.region",
        ),
        ("dev.yaml", "can_attach: [ml-engineers", "can_attach: [engineers", "can_attach.0: given 'engineers'; allowed"),
        (
            "prod.yaml",
            "monitoring: {schedule: active}",
            "monitoring: {schedule: active, webhook_secret: dev/hook}",
            "webhook_secret: given 'dev/hook'; allowed prod/<key>, a secret of the environment's key vault",
        ),
        (
            "prod.yaml",
            "destinations: {model-risk: [model-risk@example.com]}",
            "destinations: {}",
            "destinations: given []; allowed 'model-risk' under destinations, since credit tells it of alerts",
        ),
        (
            "prod.yaml",
            "destinations: {model-risk: [model-risk@example.com]}",
            "destinations: {model-risk: [a@example.com], risk: [b@example.com]}",
            "destinations: given 'risk'; allowed names that are not part of another one, such as 'model-risk'",
        ),
        ("staging.yaml", "      ingest: {schedule: paused}\n", "", "integration: given 'integration'; allowed integra"),
        (
            "staging.yaml",
            "      promotion: {}\n",
            "",
            "jobs.training: given 'training'; allowed training together with",
        ),
        ("staging.yaml", "sample_rows: 8000", "sample_rows: 10", "sample_rows: given 10; allowed at least 1000"),
        ("dev.yaml", "17.3.x-gpu-ml", "17.3.x-cpu-ml", "policies.gpu_single_node.runtime: given 'cpu'; allowed 'gpu'"),
        (
            "dev.yaml",
            "17.3.x-gpu-ml-scala2.13",
            "15.4.x-gpu-ml-scala2.12",
            "policies.gpu_single_node.runtime: given '15.4.x-gpu-ml-scala2.12'; allowed one of 17.3.x-cpu-ml-scala2.13",
        ),
        ("dev.yaml", "paused, gpu: true", "paused, gpu: true, compute: gpu", "training.compute: given 'gpu'; allowed"),
        (
            "dev.yaml",
            "paused, gpu: true",
            "paused, gpu: true, processes: 2",
            "training.processes: given 2; allowed 1, since no model is fitted by spark_network; remove it, or declare",
        ),
        ("dev.yaml", "{workers: none}", "{workers: autoscale, max_workers: 2}", "size.workers: given 'autoscale'"),
        ("dev.yaml", "kind: gpu", "kind: tpu", "kind: given 'tpu'; allowed one of 'cpu', 'gpu'; use one of these"),
        ("dev.yaml", "catalog: dev", "catalog: dev\ncatalog: dev2", "catalog: given the same key again"),
        (
            "dev.yaml",
            "[Standard_NC4as_T4_v3, Standard_NC8as_T4_v3]",
            "[]",
            "node_types: given []; allowed a list with",
        ),
        ("dev.yaml", "catalog: dev", "catalog: [dev", "(the file): given text that is not YAML"),
        (
            "staging.yaml",
            "    max_clusters_per_user: 1\n    can_use: [ml-engineers]\n\nwarehouse",
            "    max_clusters_per_user: 1\n    can_use: []\n\nwarehouse",
            "policies.gpu_distributed.can_use: given []; allowed gpu_distributed with a group, or with a job on it",
        ),
        (
            "platform.yaml",
            "functions: create, ",
            "",
            "job_access.ingest.functions: given None; allowed create, since credit has sensitive columns",
        ),
        (
            "dev.yaml",
            "      model-risk: {ops: read",
            "      model-risk: {sensitive: clear, ops: read",
            "access.model-risk.sensitive: given 'clear'; allowed sensitive with bronze, silver or gold: read",
        ),
        (
            "platform.yaml",
            "model: create_version, experiment: edit, sensitive: clear,",
            "model: create_version, experiment: edit,",
            "job_access.training.sensitive: given None; allowed clear, since training reads table versions",
        ),
        (
            "platform.yaml",
            "functions: create, sensitive: clear}",
            "functions: create}",
            "job_access.ingest.sensitive: given None; allowed clear, since ingest reads table versions",
        ),
        (
            "platform.yaml",
            "experiment: read, sensitive: clear}",
            "experiment: read}",
            "job_access.monitoring.sensitive: given None; allowed clear, since monitoring reads table versions",
        ),
        (
            "platform.yaml",
            "source_gold: read, source_sensitive: clear}\n  # Promotion reads",
            "source_gold: read}\n  # Promotion reads",
            "job_access.training.source_sensitive: given None; allowed clear, since training reads table versions",
        ),
        (
            "platform.yaml",
            "network: private\n",
            "network: private\nmasked_reads: refused\n",
            "job_access.scoring.sensitive: given None; allowed clear, since masked_reads is refused",
        ),
        (
            "prod.yaml",
            "  token_lifetime_days: 30\n",
            "  package_index: {url: 'https://ann:token@packages.example.com/simple'}\n",
            "security.package_index.url: given",
        ),
        ("platform.yaml", "admins: platform-admins", "admins: nobody", "admins: given 'nobody'; allowed one of"),
        ("platform.yaml", "ingest: {landing: read", "ingest: {landing: scan", "landing: given 'scan'; allowed one of"),
    ],
)
def test_a_mistake_is_named(workspaces: Path, file: str, old: str, new: str, expected: str) -> None:
    """Each kind of mistake says where it is, what was given and what is allowed."""
    edit(workspaces / file, old, new)
    found = _problems(workspaces)
    assert [problem for problem in found if expected in problem and problem.startswith(f"{file}:")], found


def test_a_missing_platform_file_is_named(workspaces: Path) -> None:
    """Without platform.yaml nothing can be built, and the error says so."""
    (workspaces / "platform.yaml").unlink()
    assert _problems(workspaces)[0].startswith("platform.yaml:1: (the file): given nothing")


def test_an_empty_file_is_named(workspaces: Path) -> None:
    """A file without settings is not an environment."""
    (workspaces / "test.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert [p for p in _problems(workspaces) if p.startswith("test.yaml:1: (the file): given nothing")]


def test_bad_values_stop_the_synthesis_before_it_writes(workspaces: Path, tmp_path: Path) -> None:
    """No document is written from values that are wrong."""
    edit(workspaces / "dev.yaml", "catalog: dev", "catalog: prod")
    with pytest.raises(SpecError):
        synth(tmp_path / "out", workspaces)
    assert not (tmp_path / "out").exists()


def test_a_spec_cannot_be_changed() -> None:
    """What was checked stays as it was."""
    environment = load(WORKSPACES).environments[0]
    with pytest.raises(ValueError, match="frozen"):
        environment.catalog = "prod"  # type: ignore[misc]


def test_the_published_schemas_are_current() -> None:
    """`python -m infra.spec.schema` writes what is committed: editors complete what the spec accepts."""
    assert {path.name: path.read_text(encoding="utf-8") for path in DIRECTORY.glob("*.json")} == documents()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a-name-that-is-far-too-long", "its storage account of the lake is 'mlopsanamethatisfartoolonglake'"),
        ("dev--two", "its key vault is 'mlops-dev--two'"),
        ("hub", "allowed a name other than account, bootstrap, hub, shared, state"),
    ],
)
def test_names_that_azure_refuses(workspaces: Path, name: str, expected: str) -> None:
    """An environment's name becomes part of names that Azure wants short, plain and apart from everybody else's."""
    (workspaces / "dev.yaml").rename(workspaces / f"{name}.yaml")
    edit(workspaces / f"{name}.yaml", "name: dev\n", f"name: {name}\n")
    edit(workspaces / "prod.yaml", "read_by: [dev]", f"read_by: [{name}]")
    assert any(expected in problem for problem in _problems(workspaces))


def test_two_environments_do_not_share_a_storage_account(workspaces: Path) -> None:
    """Nor one with the state: dashes do not count in the name of an account."""
    edit(workspaces / "platform.yaml", "storage_account: mlopsterraformstate", "storage_account: mlopsdevlake")
    assert _problems(workspaces) == [
        "dev.yaml:2: name: given 'dev'; allowed a name whose storage account mlopsdevlake is not that of "
        "platform.yaml; rename one of the two: dashes do not count"
    ]


def test_what_looks_at_requests_has_them_and_a_schedule(workspaces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without the inference table is refused, and an expression that is no Quartz."""
    credit = USE_CASES["credit"]
    model = credit.models[0]
    assert model.serving
    serving = replace(model.serving, shadow=True, requests_cron="0 75 * * * ?")
    monkeypatch.setitem(USE_CASES, "credit", replace(credit, models=(replace(model, serving=serving),)))
    edit(workspaces / "prod.yaml", "serving: {inference_table: true}", "serving: {inference_table: false}")
    assert _problems(workspaces) == [
        "ml/usecases/credit/declaration.py:1: serving.requests_cron: given '0 75 * * * ?'; allowed a Quartz cron "
        "expression; it has '75' for minutes: use 0 to 59",
        f"prod.yaml:{_line(workspaces / 'prod.yaml', 'inference_table')}: use_cases.credit.serving.inference_table: "
        f"given False; allowed true: an experiment or a shadow of {model.name} reads what was asked; remove it, or "
        "declare neither experiment nor shadow",
    ]
