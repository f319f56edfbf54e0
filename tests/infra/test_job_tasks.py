"""The tasks of the synthesized jobs: their order, their code, their parameters, as docs/concepts/jobs.md lists them."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import Documents, edit
from tests.infra.find import jobs, tasks

ENVIRONMENTS = ("dev", "prod", "staging")
REQUESTS = {"withdraw": "", "forget": "", "trained": "", "restore": "", "reason": "", "by": ""}


def _flags(task: dict[str, Any]) -> dict[str, str]:
    parameters = task["python_wheel_task"]["parameters"]
    return dict(zip(parameters[::2], parameters[1::2], strict=True))


def _graph(documents: Documents, environment: str, job: str) -> dict[str, list[str]]:
    return {
        key: [other["task_key"] + ("=" + other["outcome"] if "outcome" in other else "") for other in after]
        for key, task in tasks(documents, environment, job).items()
        for after in [task.get("depends_on", [])]
    }


def test_task_graphs(documents: Documents) -> None:
    """Every job's tasks run in the declared order; promotion only where sign-off approved."""
    assert _graph(documents, "staging", "credit-ingest") == {
        "masks": [],
        "bronze": ["masks"],
        "silver": ["bronze"],
        "features": ["silver"],
        "publish": ["features"],
    }
    assert _graph(documents, "prod", "credit-maintenance") == {"maintenance": [], "predictions": ["maintenance"]}
    assert _graph(documents, "staging", "credit-training") == {"training": [], "promotion": ["training"]}
    assert _graph(documents, "staging", "credit-promotion") == {
        "compliance": [],
        "comparison": [],
        "infrastructure": [],
        "sign_off": ["comparison", "compliance", "infrastructure"],
        "approved": ["sign_off"],
        "promotion": ["approved=true"],
        "serving": ["promotion"],
    }
    assert _graph(documents, "prod", "credit-monitoring") == {
        "monitoring": [],
        "decision": ["monitoring"],
        "should_alert": ["decision"],
        "alert": ["should_alert=true"],
        "should_retrain": ["decision"],
        "retraining": ["should_retrain=true"],
    }
    assert _graph(documents, "staging", "credit-integration") == {
        "ingest": [],
        "training": ["ingest"],
        "scoring": ["training"],
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_task_names_code_that_the_wheel_has(documents: Documents, environment: str, root: Path) -> None:
    """A task's entry point is one of the wheel's, and leads to the file that the task's description names."""
    scripts = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    seen = {}
    for job in jobs(documents, environment):
        for task in tasks(documents, environment, job).values():
            if "python_wheel_task" in task:
                assert task["python_wheel_task"]["package_name"] == "mlops_ml"
                entry_point = task["python_wheel_task"]["entry_point"]
                seen[entry_point] = task["description"]
                module, _, function = scripts[entry_point].partition(":")
                assert (module.replace(".", "/") + ".py", function) == (task["description"], "main")
                assert (root / task["description"]).is_file(), f"{job}: {task['description']} does not exist"
    assert "training" in seen


@pytest.mark.parametrize(("sign_in", "named"), [("none", "https://packages.example.com/simple"), ("workspace", None)])
def test_training_names_the_package_index_of_its_environment(
    workspaces: Path, synthesized: Callable[..., Documents], sign_in: str, named: str | None
) -> None:
    """Unless it asks for a sign-in: that stands in the workspace's default package repository."""
    index = f"{{url: https://packages.example.com/simple, sign_in: {sign_in}}}"
    edit(workspaces / "prod.yaml", "  token_lifetime_days: 30\n", f"  package_index: {index}\n")
    documents = synthesized("dev-ml", "prod-ml")
    assert _flags(tasks(documents, "prod", "credit-training")["training"]).get("--package-index") == named
    assert "--package-index" not in _flags(tasks(documents, "dev", "credit-training")["training"])


def test_parameters_of_every_task(documents: Documents) -> None:
    """Each task gets the common flags and those of its row in docs/concepts/jobs.md, in references of the run."""
    common = {"--use-case": "credit", "--catalog": "dev", "--run-id": "{{job.run_id}}", "--model": "default_risk"}
    gate = {"--source-catalog": "{{job.parameters.source_catalog}}", "--version": "{{job.parameters.version}}"}
    promotion = tasks(documents, "dev", "credit-promotion")
    for task in ("compliance", "comparison", "infrastructure"):
        assert _flags(promotion[task]) == common | gate
    for task in ("sign_off", "promotion", "serving"):
        assert _flags(promotion[task]) == common | {"--version": "{{job.parameters.version}}"}
    assert _flags(tasks(documents, "dev", "credit-rollback")["rollback"]) == common | {
        "--to-version": "{{job.parameters.to_version}}",
        "--part": "{{job.parameters.part}}",
        "--reason": "{{job.parameters.reason}}",
        "--by": "{{job.parameters.by}}",
    }
    assert _flags(tasks(documents, "dev", "credit-approval")["approval"]) == common | {
        "--version": "{{job.parameters.version}}",
        "--by": "{{job.parameters.by}}",
    }
    training = _flags(tasks(documents, "dev", "credit-training")["training"])
    assert training.pop("--git-commit")
    assert training == common | {
        "--source-catalog": "{{job.parameters.source_catalog}}",
        "--sample-rows": "{{job.parameters.sample_rows}}",
        "--holdout-start": "{{job.parameters.holdout_start}}",
        "--reason": "{{job.parameters.reason}}",
        "--cause": "{{job.parameters.cause}}",
        "--trigger": "{{job.trigger.type}}",
    }
    assert _flags(tasks(documents, "dev", "credit-scoring")["scoring"]) == common | {
        "--source-catalog": "{{job.parameters.source_catalog}}",
        "--forget": "{{job.parameters.forget}}",
        "--maintain": "{{job.parameters.maintain}}",
    }
    monitoring = tasks(documents, "prod", "credit-monitoring")
    common["--catalog"] = "prod"
    assert _flags(monitoring["monitoring"]) == common
    assert _flags(monitoring["decision"]) == common | {"--holdout-start": "{{job.parameters.holdout_start}}"}
    assert _flags(monitoring["alert"]) == common, "an empty value would reach the provider as null"
    names = ("key", "action", "by", "reason", "periods", "until")
    told = {f"--{name}": f"{{{{job.parameters.{name}}}}}" for name in names}
    assert _flags(tasks(documents, "prod", "credit-alerts")["alert_action"]) == common | told


def test_job_parameters_and_their_defaults(documents: Documents) -> None:
    """Dev's training, promotion and scoring read prod's gold by default; prod's and staging's read their own."""
    for environment, source in {"dev": "prod", "staging": "staging", "prod": "prod"}.items():
        found = {
            name: {parameter["name"]: parameter["default"] for parameter in job.get("parameter", [])}
            for name, job in jobs(documents, environment).items()
        }
        assert found["credit-training"] == {
            "sample_rows": "0",
            "reason": "manual",
            "cause": "manual",
            "source_catalog": source,
            "holdout_start": "",
        }
        assert found["credit-promotion"] == {"version": "", "source_catalog": source}
        assert found["credit-rollback"] == {"to_version": "", "part": "", "reason": "", "by": ""}
        assert found["credit-approval"] == {"version": "", "by": ""}
        assert found["credit-scoring"] == {"source_catalog": source, "forget": "", "maintain": ""}
        assert found.get("credit-ingest", REQUESTS) == REQUESTS
        assert found.get("credit-monitoring", {"holdout_start": ""}) == {"holdout_start": ""}


def test_training_hands_its_version_to_promotion(documents: Documents) -> None:
    """The promotion job is started with the version that the training task made, from the same source."""
    assert tasks(documents, "dev", "credit-training")["promotion"]["run_job_task"] == {
        "job_id": "${databricks_job.credit-promotion.id}",
        "job_parameters": {
            "version": "{{tasks.training.values.model_version}}",
            "source_catalog": "{{job.parameters.source_catalog}}",
        },
    }


def test_monitoring_alerts_and_retrains_by_its_decision(documents: Documents) -> None:
    """An alert follows every decision but `nothing`; `retrain` starts the training job with the reason."""
    steps = tasks(documents, "prod", "credit-monitoring")
    action = "{{tasks.decision.values.action}}"
    assert steps["should_alert"]["condition_task"] == {"op": "NOT_EQUAL", "left": action, "right": "nothing"}
    assert steps["should_retrain"]["condition_task"] == {"op": "EQUAL_TO", "left": action, "right": "retrain"}
    assert steps["retraining"]["run_job_task"] == {
        "job_id": "${databricks_job.credit-training.id}",
        "job_parameters": {
            "reason": "{{tasks.decision.values.reason}}",
            "cause": "{{tasks.decision.values.cause}}",
            "holdout_start": "{{tasks.decision.values.holdout_start}}",
        },
    }


def test_those_who_deliver_are_named_by_their_secrets(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """The alert task gets the secrets' names, and who is mailed; a URL has no place in the workspaces."""
    edit(
        workspaces / "prod.yaml",
        "monitoring: {schedule: active}",
        "monitoring: {schedule: active, webhook_secret: prod/hook, mail_secret: prod/mail}",
    )
    flags = _flags(tasks(synthesized("prod-ml"), "prod", "credit-monitoring")["alert"])
    assert (flags["--webhook-secret"], flags["--mail-secret"]) == ("prod/hook", "prod/mail")
    assert flags["--people"] == "on-call=mlops-on-call@example.com;model-risk=model-risk@example.com"


def test_sign_off_decides(documents: Documents) -> None:
    """The condition compares the verdict of sign-off with pass."""
    assert tasks(documents, "prod", "credit-promotion")["approved"]["condition_task"] == {
        "op": "EQUAL_TO",
        "left": "{{tasks.sign_off.values.verdict}}",
        "right": "pass",
    }


def test_integration_trains_on_a_sample(documents: Documents) -> None:
    """Staging's integration job runs the three jobs, training with the rows that staging.yaml says."""
    steps = tasks(documents, "staging", "credit-integration")
    assert {key: task["run_job_task"] for key, task in steps.items()} == {
        "ingest": {"job_id": "${databricks_job.credit-ingest.id}"},
        "training": {
            "job_id": "${databricks_job.credit-training.id}",
            "job_parameters": {"sample_rows": "8000", "reason": "integration"},
        },
        "scoring": {"job_id": "${databricks_job.credit-scoring.id}"},
    }
