"""Declarative pipelines beside ingest and monitoring: off by default, and what the stacks make of `pipelines: true`."""

import ast
import base64
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from infra.access.grants import pipeline_tables_grants
from infra.cdktf_seam import App
from infra.jobs.compute import libraries
from infra.main import stacks
from infra.pipelines.source import monitoring_source, pipeline_source
from infra.release import Release
from infra.revision import git_commit
from infra.runtimes import serverless
from infra.spec import Data, RoleAccess, SpecError, load
from infra.wheel import ROOT, Wheel, build_wheel
from ml.declarations import Aggregate, Column, Feature, Layer, Past, Table, UseCase, Window
from ml.declarations.expectations import Complete, Fresh, Range
from ml.declarations.pipelined import accepts, datasets, unpipelined
from ml.usecases import USE_CASES
from policies.scan.run import files_in, scan
from policies.scan.waivers import read_waivers
from tests.infra.conftest import Documents, credit_alone, edit, read_documents
from tests.infra.find import grants, permissions, tasks, who
from tests.infra.provider_schema import SCHEMAS, document_problems
from tests.localcloud.wheels import write_wheel

CREDIT = USE_CASES["credit"]
_IDS = {
    "databricks_file": ["library-besides-abababab"],
    "databricks_pipeline": ["credit-monitoring-pipeline", "credit-pipeline"],
    "databricks_workspace_file": ["credit-monitoring-pipeline-source", "credit-pipeline-source"],
    "databricks_directory": ["pipelines"],
    "databricks_permissions": [
        "credit-monitoring-pipeline-permissions",
        "credit-pipeline-permissions",
        "pipelines-permissions",
    ],
    "databricks_schema": ["credit_pipeline"],
    "databricks_grants": ["credit_pipeline-grants"],
}


def _switch_on(workspaces: Path, environment: str = "prod") -> None:
    edit(workspaces / f"{environment}.yaml", "\npolicies:\n", "\npipelines: true\n\npolicies:\n")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stacks of credit alone, with pipelines in prod."""
    folder = tmp_path_factory.mktemp("pipelines")
    workspaces = credit_alone(folder / "workspaces")
    # Serverless compute lacks libraries of the wheel; fetching them is another test's.
    travels = write_wheel(folder, modules={"besides.py": ""}, entry_points={}, name="besides")
    wheels = {**libraries(load(workspaces)), serverless().key: (Wheel(path=travels, sha256="ab" * 32),)}
    _switch_on(workspaces)
    app = App(outdir=str(folder / "stacks"))
    stacks(app, load(workspaces), Release(wheel=build_wheel(), git_commit=git_commit(ROOT), libraries=wheels))
    app.synth()
    return folder / "stacks"


@pytest.fixture(scope="module")
def switched(out: Path) -> Documents:
    """Their documents."""
    return read_documents(out)


def _new(switched: Documents, documents: Documents) -> dict[str, list[str]]:
    """By type, the ids that the switch adds in prod's stacks."""
    found: dict[str, list[str]] = {}
    for stack in ("prod-ml", "prod-workspace"):
        for kind, made in switched[stack]["resource"].items():
            fresh = sorted(set(made) - set(documents[stack]["resource"].get(kind, {})))
            if fresh:
                found[kind] = found.get(kind, []) + fresh
    return found


def test_the_switch_adds_pipelines_and_changes_the_jobs_that_update_them(
    switched: Documents, documents: Documents
) -> None:
    """Its ids are a public contract; every other resource of every environment is as it was."""
    assert _new(switched, documents) == _IDS
    changed = {
        f"{stack}/{kind}.{name}"
        for stack, document in documents.items()
        for kind, made in document["resource"].items()
        for name, arguments in made.items()
        if switched[stack]["resource"][kind][name] != arguments
    }
    assert changed == {"prod-ml/databricks_job.credit-ingest", "prod-ml/databricks_job.credit-monitoring"}


def test_the_pipeline_runs_as_ingest_from_the_released_wheel(switched: Documents) -> None:
    """Serverless, into its own schema, with its own source, which the ingest job starts once bronze is loaded."""
    made = switched["prod-ml"]["resource"]["databricks_pipeline"]["credit-pipeline"]
    assert (made["serverless"], made["continuous"], made["catalog"], made["schema"]) == (
        True,
        False,
        "prod",
        "credit_pipeline",
    )
    assert who(made["run_as"]["service_principal_name"]) == "prod-credit-ingest"
    uploads = switched["prod-workspace"]["resource"]["databricks_file"]
    assert made["environment"]["dependencies"] == [
        uploads[name]["path"] for name in ("library-besides-abababab", "wheel")
    ]
    assert made["notification"] == [
        {
            "email_recipients": ["mlops-on-call@example.com"],
            "alerts": ["on-update-failure", "on-update-fatal-failure"],
        }
    ]
    source = switched["prod-ml"]["resource"]["databricks_workspace_file"]["credit-pipeline-source"]
    assert made["library"] == [{"file": {"path": f"/Workspace{source['path']}"}}]
    assert base64.b64decode(source["content_base64"]).decode() == pipeline_source(CREDIT, "prod")
    task = tasks(switched, "prod", "credit-ingest")["pipeline"]
    assert task["depends_on"] == [{"task_key": "bronze"}]
    assert task["pipeline_task"] == {"pipeline_id": "${databricks_pipeline.credit-pipeline.id}"}


def test_the_monitoring_pipeline_runs_as_monitoring(switched: Documents) -> None:
    """It makes its table beside the others, and the monitoring job updates it beside its own tasks."""
    made = switched["prod-ml"]["resource"]["databricks_pipeline"]["credit-monitoring-pipeline"]
    assert (made["name"], made["schema"]) == ("credit-monitoring-pipeline", "credit_pipeline")
    assert who(made["run_as"]["service_principal_name"]) == "prod-credit-monitoring"
    source = switched["prod-ml"]["resource"]["databricks_workspace_file"]["credit-monitoring-pipeline-source"]
    assert made["library"] == [{"file": {"path": "/Workspace/mlops/prod/pipelines/credit-monitoring.py"}}]
    text = base64.b64decode(source["content_base64"]).decode()
    assert text == monitoring_source(CREDIT, CREDIT.models[0], "prod")
    task = tasks(switched, "prod", "credit-monitoring")["pipeline"]
    assert task.get("depends_on") is None
    assert task["pipeline_task"] == {"pipeline_id": "${databricks_pipeline.credit-monitoring-pipeline.id}"}
    assert permissions(switched, "prod-ml", "credit-monitoring-pipeline-permissions") == {
        "prod-credit-monitoring": "CAN_RUN",
        "ml-engineers": "CAN_RUN",
        "data-scientists": "CAN_VIEW",
        "model-risk": "CAN_VIEW",
    }


def test_who_reaches_the_pipeline_and_its_tables(switched: Documents) -> None:
    """The jobs' principals make the tables and start updates; no mask hides a column of theirs, so nobody reads them.

    Roles see and run the pipeline as they do jobs; the source is changed by the owners alone.
    """
    assert permissions(switched, "prod-ml", "credit-pipeline-permissions") == {
        "prod-credit-ingest": "CAN_RUN",
        "ml-engineers": "CAN_RUN",
        "data-scientists": "CAN_VIEW",
        "model-risk": "CAN_VIEW",
    }
    assert permissions(switched, "prod-ml", "pipelines-permissions") == {
        "prod-credit-ingest": "CAN_READ",
        "prod-credit-monitoring": "CAN_READ",
    }
    assert grants(switched, "prod-workspace", "credit_pipeline-grants") == {
        "prod-credit-ingest": {"USE_SCHEMA", "CREATE_MATERIALIZED_VIEW"},
        "prod-credit-monitoring": {"USE_SCHEMA", "CREATE_MATERIALIZED_VIEW"},
    }


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_the_stacks_fit_the_provider(switched: Documents) -> None:
    """No unknown, missing or misplaced argument."""
    assert [document_problems(switched[stack]) for stack in ("prod-ml", "prod-workspace")] == [[], []]


def test_the_scan_finds_nothing_in_what_the_switch_adds(out: Path, root: Path) -> None:
    """Ours and checkov's, with the waivers that are shipped."""
    waivers = read_waivers([root / "policies" / "waivers.yaml"])
    outcome = scan(files_in([out / "stacks" / "prod-ml", out / "stacks" / "prod-workspace"]), waivers, date.today())
    assert {(one.finding.rule, one.finding.place) for one in outcome.failures} == set()


def test_readers_of_silver_and_gold_read_its_tables_if_they_may_see_all() -> None:
    """Its tables hold what both layers hold; with sensitive columns only those who see them in clear read them."""
    both = RoleAccess(silver=Data.READ, gold=Data.READ)
    roles = {"engineers": both, "risk": both, "analysts": RoleAccess(gold=Data.READ)}
    read = ("USE_SCHEMA", "SELECT")

    def readers(clear: tuple[str, ...] | None) -> dict[str, tuple[str, ...]]:
        own, *others = pipeline_tables_grants(["ingest"], roles, clear=clear)
        assert (own.principal, own.privileges) == ("ingest", ("USE_SCHEMA", "CREATE_MATERIALIZED_VIEW"))
        return {grant.principal: grant.privileges for grant in others}

    assert readers(None) == {"engineers": read, "risk": read}
    assert readers(("risk", "analysts")) == {"risk": read}
    assert readers(()) == {}


def test_the_switch_is_refused_where_nothing_is_ingested(workspaces: Path) -> None:
    """A setting that cannot be used is no setting."""
    _switch_on(workspaces, "dev")
    with pytest.raises(SpecError, match="pipelines"):
        load(workspaces)


def _counting(use_case: UseCase) -> UseCase:
    """Credit with a feature that counts over a feed which may be empty."""
    table = use_case.models[0].feature_table
    moved = next(feature.window.history for feature in table.features if feature.window)
    window = Window(history=moved, aggregate=Aggregate.COUNT, past=Past(periods=3))
    counted = Feature(
        name="moves", expression="inflow", type="bigint", comment="How many.", null_meaning="unknown", window=window
    )
    wider = replace(table, features=(*table.features, counted))
    return replace(use_case, models=(replace(use_case.models[0], feature_table=wider),))


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> UseCase:
    """That credit, for whoever loads the workspaces."""
    case = _counting(CREDIT)
    monkeypatch.setitem(USE_CASES, "credit", case)
    return case


def test_a_use_case_that_no_pipeline_can_declare_is_refused_with_the_reason(
    workspaces: Path, counting: UseCase
) -> None:
    """A query cannot tell a table that is empty from one that nobody delivers; the job asks."""
    reason = "feature 'moves' counts over 'movements', which may be empty: make it required"
    assert list(unpipelined(counting)) == [reason]
    _switch_on(workspaces)
    with pytest.raises(SpecError, match="of credit feature 'moves' counts over"):
        load(workspaces)


def test_every_shipped_use_case_can_be_a_pipeline() -> None:
    """Its source is Python, with a definition for each dataset."""
    for use_case in USE_CASES.values():
        tree = ast.parse(pipeline_source(use_case, "prod"))
        defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        assert (list(unpipelined(use_case)), defined) == ([], [each.name for each in datasets(use_case)])
        for model in use_case.models:
            tree = ast.parse(monitoring_source(use_case, model, "prod"))
            defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
            assert defined == [f"{model.name}_measures"]


@pytest.mark.parametrize(
    ("column", "condition"),
    [
        ({"type": "int", "minimum": -2, "maximum": 9.5}, "`a` IS NOT NULL AND `a` >= -2 AND `a` <= 9.5"),
        ({"type": "string", "allowed": ("it's", "b")}, "`a` IS NOT NULL AND `a` IN ('it\\'s', 'b')"),
        ({"type": "double", "minimum": 0, "nullable": True}, "`a` IS NULL OR (`a` >= 0)"),
        ({"type": "string", "nullable": True}, ""),
    ],
)
def test_what_a_column_accepts_is_a_condition_that_is_never_null(column: dict[str, object], condition: str) -> None:
    """Null is met or not met, as the column declares it."""
    assert accepts(Column(name="a", comment="A.", **column)) == condition  # type: ignore[arg-type]


def test_expectations_of_single_rows_are_counted_on_silver() -> None:
    """Those of a whole delivery are the jobs' to judge."""
    feed = replace(
        CREDIT.feeds[1],
        expects=(Complete(column="client_id"), Range(column="defaulted", maximum=1), Fresh(within_days=3)),
    )
    case = replace(CREDIT, feeds=(CREDIT.feeds[0], feed, CREDIT.feeds[2]))
    labels = next(each for each in datasets(case) if each.name == "labels")
    assert labels.counts == {
        "complete:client_id": "`client_id` IS NOT NULL",
        "range:defaulted": "`defaulted` IS NULL OR (`defaulted` <= 1)",
    }


def test_tables_of_one_name_are_refused() -> None:
    """Layers apart they may share it; a pipeline has one schema."""
    table: Table = CREDIT.models[0].feature_table.source
    twice = replace(
        CREDIT.feeds[1], name="again", silver=replace(table, layer=Layer.SILVER), period_column="application_month"
    )
    case = replace(CREDIT, feeds=(*CREDIT.feeds, twice))
    assert "two of its tables are called 'applications', and a pipeline has one schema: rename one" in list(
        unpipelined(case)
    )
