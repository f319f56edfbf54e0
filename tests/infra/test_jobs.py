"""The synthesized jobs are the ones that docs/architecture.md lists."""

import hashlib
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import Documents, edit
from tests.infra.find import jobs, permissions, tasks, who

ENVIRONMENTS = ("dev", "prod", "staging")


def _flags(task: dict[str, Any]) -> dict[str, str]:
    parameters = task["python_wheel_task"]["parameters"]
    return dict(zip(parameters[::2], parameters[1::2], strict=True))


def _graph(documents: Documents, environment: str, job: str) -> dict[str, list[str]]:
    return {
        key: [other["task_key"] + ("=" + other["outcome"] if "outcome" in other else "") for other in after]
        for key, task in tasks(documents, environment, job).items()
        for after in [task.get("depends_on", [])]
    }


def test_each_environment_has_the_jobs_of_its_file(documents: Documents) -> None:
    """Dev trains on prod's data and ingests nothing; only staging runs the integration job."""
    assert {environment: sorted(jobs(documents, environment)) for environment in ENVIRONMENTS} == {
        "dev": [
            "credit-approval",
            "credit-promotion",
            "credit-rollback",
            "credit-scoring",
            "credit-training",
            "credit-training-gpu",
        ],
        "prod": [
            "credit-approval",
            "credit-ingest",
            "credit-monitoring",
            "credit-promotion",
            "credit-rollback",
            "credit-scoring",
            "credit-training",
        ],
        "staging": [
            "credit-approval",
            "credit-ingest",
            "credit-integration",
            "credit-monitoring",
            "credit-promotion",
            "credit-rollback",
            "credit-scoring",
            "credit-training",
        ],
    }


def test_task_graphs(documents: Documents) -> None:
    """Every job's tasks run in the declared order; promotion only where sign-off approved."""
    assert _graph(documents, "staging", "credit-ingest") == {
        "bronze": [],
        "silver": ["bronze"],
        "features": ["silver"],
        "publish": ["features"],
    }
    assert _graph(documents, "staging", "credit-training") == {"training": [], "promotion": ["training"]}
    assert _graph(documents, "staging", "credit-promotion") == {
        "compliance": [],
        "comparison": [],
        "infrastructure": [],
        "sign_off": ["compliance", "comparison", "infrastructure"],
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


def test_parameters_of_every_task(documents: Documents) -> None:
    """Each task gets the three common flags and those of its row in docs/architecture.md, in references of the run."""
    common = {"--use-case": "credit", "--catalog": "dev", "--run-id": "{{job.run_id}}"}
    gate = {"--source-catalog": "{{job.parameters.source_catalog}}", "--version": "{{job.parameters.version}}"}
    promotion = tasks(documents, "dev", "credit-promotion")
    for task in ("compliance", "comparison", "infrastructure"):
        assert _flags(promotion[task]) == common | gate
    for task in ("sign_off", "promotion", "serving"):
        assert _flags(promotion[task]) == common | {"--version": "{{job.parameters.version}}"}
    assert _flags(tasks(documents, "dev", "credit-rollback")["rollback"]) == common | {
        "--to-version": "{{job.parameters.to_version}}",
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
    }
    assert _flags(tasks(documents, "dev", "credit-scoring")["scoring"]) == common | {
        "--source-catalog": "{{job.parameters.source_catalog}}"
    }
    monitoring = tasks(documents, "prod", "credit-monitoring")
    common["--catalog"] = "prod"
    for task in ("monitoring", "decision"):
        assert _flags(monitoring[task]) == common
    assert _flags(monitoring["alert"]) == common | {"--webhook-secret": ""}


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
            "source_catalog": source,
            "holdout_start": "",
        }
        assert found["credit-promotion"] == {"version": "", "source_catalog": source}
        assert found["credit-rollback"] == {"to_version": "", "reason": "", "by": ""}
        assert found["credit-approval"] == {"version": "", "by": ""}
        assert found["credit-scoring"] == {"source_catalog": source}


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
            "holdout_start": "{{tasks.decision.values.holdout_start}}",
        },
    }


def test_a_webhook_is_named_by_its_secret(workspaces: Path, synthesized: Callable[[], Documents]) -> None:
    """The alert task gets the secret's name; a URL has no place in the workspaces."""
    edit(
        workspaces / "prod.yaml",
        "monitoring: {schedule: active}",
        "monitoring: {schedule: active, webhook_secret: prod/hook}",
    )
    flags = _flags(tasks(synthesized(), "prod", "credit-monitoring")["alert"])
    assert flags["--webhook-secret"] == "prod/hook"


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


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_job_runs_as_its_own_service_principal(documents: Documents, environment: str) -> None:
    """No job runs as a person, and each stage has a principal of its own.

    Training has one on its two machines; what undoes or approves a promotion runs as the principal that promotes.
    """
    assert all(list(job["run_as"]) == ["service_principal_name"] for job in jobs(documents, environment).values())
    shared = {
        "credit-training-gpu": "credit-training",
        "credit-rollback": "credit-promotion",
        "credit-approval": "credit-promotion",
    }
    assert {
        name: who(job["run_as"]["service_principal_name"]) for name, job in jobs(documents, environment).items()
    } == {name: f"{environment}-{shared.get(name, name)}" for name in jobs(documents, environment)}


def test_who_may_start_a_job_that_another_job_starts(documents: Documents) -> None:
    """Training may run the promotion job, integration the three jobs that it runs, and no job may manage another."""
    starters = {
        name: {
            person: level
            for person, level in permissions(documents, "staging-ml", f"{name}-permissions").items()
            if person.startswith("staging-")
        }
        for name in jobs(documents, "staging")
    }
    assert starters == {
        "credit-ingest": {"staging-credit-integration": "CAN_MANAGE_RUN"},
        "credit-training": {
            "staging-credit-integration": "CAN_MANAGE_RUN",
            "staging-credit-monitoring": "CAN_MANAGE_RUN",
        },
        "credit-scoring": {"staging-credit-integration": "CAN_MANAGE_RUN"},
        "credit-promotion": {"staging-credit-training": "CAN_MANAGE_RUN"},
        "credit-rollback": {},
        # It asks the jobs API who started it.
        "credit-approval": {"staging-credit-promotion": "CAN_VIEW"},
        "credit-integration": {},
        "credit-monitoring": {},
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_model_risk_starts_an_approval(documents: Documents, environment: str) -> None:
    """Who may run the other jobs sees this one and cannot sign a version off by it."""
    levels = permissions(documents, f"{environment}-ml", "credit-approval-permissions")
    assert levels.pop(f"{environment}-credit-promotion") == "CAN_VIEW"
    assert levels.pop("model-risk") == "CAN_MANAGE_RUN"
    assert set(levels.values()) == {"CAN_VIEW"}


def test_schedules_are_paused_or_not_as_the_environment_says(documents: Documents) -> None:
    """Prod's jobs start by themselves; dev's and staging's parts do not, staging's integration does."""

    def starts(environment: str) -> dict[str, tuple[str, str]]:
        found = {}
        for name, job in jobs(documents, environment).items():
            if "schedule" in job:
                found[name] = (job["schedule"]["quartz_cron_expression"], job["schedule"]["pause_status"])
            if "trigger" in job:
                found[name] = (job["trigger"]["file_arrival"]["url"], job["trigger"]["pause_status"])
        return found

    assert starts("prod") == {
        "credit-ingest": ("/Volumes/prod/credit_bronze/landing/", "UNPAUSED"),
        "credit-training": ("0 0 4 2 * ?", "UNPAUSED"),
        "credit-scoring": ("0 0 6 2 * ?", "UNPAUSED"),
        "credit-monitoring": ("0 0 8 2 * ?", "UNPAUSED"),
    }
    assert starts("dev") == {
        "credit-training": ("0 0 4 2 * ?", "PAUSED"),
        "credit-scoring": ("0 0 6 2 * ?", "PAUSED"),
    }
    assert starts("staging")["credit-integration"] == ("0 0 2 * * ?", "UNPAUSED")


def test_gpu_training_is_training_on_a_gpu(documents: Documents) -> None:
    """The same tasks and parameters as the training job, by hand only, on a cluster that obeys the GPU policy."""
    usual, gpu = (jobs(documents, "dev")[f"credit-{name}"] for name in ("training", "training-gpu"))
    assert (gpu["task"], gpu["parameter"]) == (usual["task"], usual["parameter"])
    assert "schedule" not in gpu
    [cluster] = gpu["job_cluster"]
    assert cluster["new_cluster"]["policy_id"] == "${data.databricks_cluster_policy.policy-gpu_single_node.id}"
    assert cluster["new_cluster"]["node_type_id"] == "Standard_NC4as_T4_v3"
    assert cluster["new_cluster"]["spark_version"] == "17.3.x-gpu-ml-scala2.13"
    starters = permissions(documents, "dev-ml", "credit-promotion-permissions")
    assert starters["dev-credit-training"] == "CAN_MANAGE_RUN"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_somebody_hears_of_a_job_that_fails_or_drags_on(documents: Documents, environment: str) -> None:
    """Failures, and runs past half their time limit, are mailed to the people on call."""
    told = ["mlops-on-call@example.com"]
    for job in jobs(documents, environment).values():
        assert job["email_notifications"] == {
            "on_failure": told,
            "on_duration_warning_threshold_exceeded": told,
        }
        [rule] = job["health"]["rules"]
        assert (rule["metric"], rule["op"]) == ("RUN_DURATION_SECONDS", "GREATER_THAN")
        assert rule["value"] * 2 == job["timeout_seconds"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_jobs_are_bounded(documents: Documents, environment: str) -> None:
    """Runs queue and never overlap, have a time limit, and wheel tasks retry once but not after a time-out."""
    for job in jobs(documents, environment).values():
        assert (job["max_concurrent_runs"], job["queue"]) == (1, {"enabled": True})
        assert job["timeout_seconds"] >= 3600
        for task in job["task"]:
            if "python_wheel_task" in task:
                assert (task["max_retries"], task["retry_on_timeout"]) == (1, False)
                assert task["timeout_seconds"] <= job["timeout_seconds"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_cluster_obeys_a_policy(documents: Documents, environment: str) -> None:
    """Each job's cluster is bound to a policy of the workspace, in dedicated access; wheel tasks run on it."""
    policies = documents[f"{environment}-ml"]["data"]["databricks_cluster_policy"]
    for job in jobs(documents, environment).values():
        clusters = {cluster["job_cluster_key"]: cluster["new_cluster"] for cluster in job.get("job_cluster", [])}
        for cluster in clusters.values():
            name = cluster["policy_id"].removeprefix("${data.databricks_cluster_policy.").removesuffix(".id}")
            assert name in policies
            assert cluster["data_security_mode"] == "SINGLE_USER"
        for task in job["task"]:
            if "python_wheel_task" in task:
                assert task["job_cluster_key"] in clusters


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tasks_load_the_uploaded_wheel_by_its_content(documents: Documents, out_dir: Path, environment: str) -> None:
    """The path in every task is the one the workspace stack uploads to, and carries the hash of those bytes."""
    upload = documents[f"{environment}-workspace"]["resource"]["databricks_file"]["wheel"]
    carried = out_dir / "stacks" / f"{environment}-workspace" / upload["source"]
    content = hashlib.sha256(carried.read_bytes()).hexdigest()
    assert upload["path"] == f"/Volumes/{environment}/platform_ops/wheels/{content}/{carried.name}"
    libraries = {
        library["whl"]
        for job in jobs(documents, environment).values()
        for task in job["task"]
        for library in task.get("library", [])
    }
    assert libraries == {upload["path"]}
