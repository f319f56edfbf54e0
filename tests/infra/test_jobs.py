"""The synthesized jobs: which there are, whom they run as, who starts them, when, and within what limits."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.jobs.declaration import JobContext, WheelTask
from infra.jobs.training import training
from infra.jobs.training_gpu import training_gpu
from infra.spec import Jobs, Switch
from infra.spec.values.use_case import TrainingJob
from ml.declarations import Algorithm
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.infra.conftest import Documents, edit
from tests.infra.find import jobs, permissions, who

ENVIRONMENTS = ("dev", "prod", "staging")


def test_each_environment_has_the_jobs_of_its_file(documents: Documents) -> None:
    """Dev trains on prod's data and ingests nothing; only staging runs the integration job."""
    assert {environment: sorted(jobs(documents, environment)) for environment in ENVIRONMENTS} == {
        "dev": [
            "credit-approval",
            "credit-comment",
            "credit-promotion",
            "credit-rollback",
            "credit-scoring",
            "credit-training",
            "credit-training-gpu",
        ],
        "prod": [
            "credit-alerts",
            "credit-alias-change",
            "credit-approval",
            "credit-comment",
            "credit-ingest",
            "credit-maintenance",
            "credit-monitoring",
            "credit-new-version",
            "credit-promotion",
            "credit-rollback",
            "credit-scoring",
            "credit-training",
            "credit-training-gpu",
        ],
        "staging": [
            "credit-alerts",
            "credit-approval",
            "credit-comment",
            "credit-ingest",
            "credit-integration",
            "credit-maintenance",
            "credit-monitoring",
            "credit-promotion",
            "credit-rollback",
            "credit-scoring",
            "credit-training",
        ],
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
        "credit-alerts": "credit-monitoring",
        "credit-approval": "credit-promotion",
        "credit-comment": "credit-promotion",
        "credit-maintenance": "credit-ingest",
        "credit-new-version": "credit-promotion",
        "credit-alias-change": "credit-promotion",
    }
    assert {
        name: who(job["run_as"]["service_principal_name"]) for name, job in jobs(documents, environment).items()
    } == {name: f"{environment}-{shared.get(name, name)}" for name in jobs(documents, environment)}


def test_who_may_start_a_job_that_another_job_starts(documents: Documents) -> None:
    """Training may run the promotion job, integration and maintenance those they run; no job may manage another."""
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
        # Maintenance runs as the principal of ingest.
        "credit-scoring": {
            "staging-credit-integration": "CAN_MANAGE_RUN",
            "staging-credit-ingest": "CAN_MANAGE_RUN",
        },
        "credit-maintenance": {},
        "credit-promotion": {"staging-credit-training": "CAN_MANAGE_RUN"},
        "credit-rollback": {},
        # It asks the jobs API who started it.
        "credit-approval": {"staging-credit-promotion": "CAN_VIEW"},
        "credit-comment": {"staging-credit-promotion": "CAN_VIEW"},
        "credit-alerts": {"staging-credit-monitoring": "CAN_VIEW"},
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


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_who_runs_jobs_and_who_may_handle_alerts_starts_their_job(documents: Documents, environment: str) -> None:
    """Model risk takes what it is told of; who only sees jobs cannot."""
    levels = permissions(documents, f"{environment}-ml", "credit-alerts-permissions")
    groups = ("ml-engineers", "model-risk", "data-scientists")
    assert [levels[group] for group in groups] == ["CAN_MANAGE_RUN", "CAN_MANAGE_RUN", "CAN_VIEW"]


def test_who_runs_jobs_and_who_may_comment_starts_that_job(documents: Documents) -> None:
    """In prod data scientists and model risk, who see the other jobs only, say what they think of a version."""
    levels = permissions(documents, "prod-ml", "credit-comment-permissions")
    groups = ("ml-engineers", "data-scientists", "model-risk", "prod-credit-promotion")
    assert [levels[group] for group in groups] == [*["CAN_MANAGE_RUN"] * 3, "CAN_VIEW"]


def test_schedules_are_paused_or_not_as_the_environment_says(documents: Documents) -> None:
    """Prod's jobs start by themselves; dev's and staging's parts do not, staging's integration does."""

    def starts(environment: str) -> dict[str, tuple[str, str]]:
        found = {}
        for name, job in jobs(documents, environment).items():
            if "schedule" in job:
                found[name] = (job["schedule"]["quartz_cron_expression"], job["schedule"]["pause_status"])
            if "file_arrival" in job.get("trigger", {}):
                found[name] = (job["trigger"]["file_arrival"]["url"], job["trigger"]["pause_status"])
        return found

    assert starts("prod") == {
        "credit-ingest": ("/Volumes/prod/credit_bronze/landing/", "UNPAUSED"),
        "credit-training": ("0 0 4 2 * ?", "UNPAUSED"),
        "credit-scoring": ("0 0 6 2 * ?", "UNPAUSED"),
        "credit-monitoring": ("0 0 8 2 * ?", "UNPAUSED"),
        "credit-maintenance": ("0 0 20 2 * ?", "UNPAUSED"),
    }
    assert starts("dev") == {
        "credit-training": ("0 0 4 2 * ?", "PAUSED"),
        "credit-scoring": ("0 0 6 2 * ?", "PAUSED"),
    }
    assert starts("staging")["credit-integration"] == ("0 0 2 * * ?", "UNPAUSED")


def test_events_of_a_model_start_jobs_in_prod(documents: Documents) -> None:
    """A new version its gates, and the live alias what tells of it; both name the registered model of the stack."""
    model = "${databricks_registered_model.credit-model.id}"
    found = jobs(documents, "prod")
    assert found["credit-new-version"]["trigger"] == {
        "model": {"condition": "MODEL_VERSION_READY", "securable_name": model},
        "pause_status": "UNPAUSED",
    }
    assert found["credit-alias-change"]["trigger"] == {
        "model": {"condition": "MODEL_ALIAS_SET", "securable_name": model, "aliases": ["champion"]},
        "pause_status": "UNPAUSED",
    }
    steps = {task["task_key"]: task for task in found["credit-new-version"]["task"]}
    assert steps["gates"]["for_each_task"] == {
        "inputs": "{{tasks.new_version.values.versions}}",
        "task": {
            "task_key": "promotion",
            "run_job_task": {
                "job_id": "${databricks_job.credit-promotion.id}",
                "job_parameters": {"version": "{{input}}"},
            },
        },
    }


def test_the_promotion_principal_starts_and_watches_what_a_new_version_needs(documents: Documents) -> None:
    """It owns the model whose deployment job it starts, runs the promotion job, and sees whether a training goes on."""

    def level(job: str) -> str | None:
        return permissions(documents, "prod-ml", f"{job}-permissions").get("prod-credit-promotion")

    assert {job: level(f"credit-{job}") for job in ("new-version", "promotion", "training", "training-gpu")} == {
        "new-version": "CAN_MANAGE_RUN",
        "promotion": "CAN_MANAGE_RUN",
        "training": "CAN_VIEW",
        "training-gpu": "CAN_VIEW",
    }


def test_a_network_over_workers_has_a_worker_for_each_process() -> None:
    """From the beginning, on the processors' policy and on that of several GPU machines; other models have neither."""

    def declared(*algorithms: Algorithm) -> list[tuple[str | None, int, bool]]:
        model = replace(CREDIT.models[0], algorithms=algorithms)
        on = TrainingJob(schedule=Switch.PAUSED, gpu=True, processes=4)
        context = JobContext(
            use_case=replace(CREDIT, models=(model,)),
            model=model,
            catalog="dev",
            source_catalog="dev",
            values=Jobs(training=on),
            git_commit="0" * 40,
        )
        made = [job(context) for job in (training, training_gpu)]
        asked = [each for each in made if each is not None]
        tasks = [task for each in asked for task in each.tasks if isinstance(task, WheelTask)]
        said = ["--processes 4" in " ".join(task.parameters) for task in tasks]
        return [(each.policy, each.least_workers, flag) for each, flag in zip(asked, said, strict=True)]

    assert declared(Algorithm.SPARK_NETWORK) == [("cpu_autoscaling", 4, True), ("gpu_distributed", 4, True)]
    assert declared(Algorithm.XGBOOST) == [("cpu_single_node", 1, False), ("gpu_single_node", 1, False)]
    assert declared(Algorithm.SPARK_GBT) == [("cpu_autoscaling", 1, False), ("gpu_single_node", 1, False)]


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
    """Failures, runs past half their time limit, and a live version that changed, are mailed to the people on call."""
    told = ["mlops-on-call@example.com"]
    for job in jobs(documents, environment).values():
        also = {"on_success": told} if job["name"] == "credit-alias-change" else {}
        assert job["email_notifications"] == {
            "on_failure": told,
            "on_duration_warning_threshold_exceeded": told,
            **also,
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
def test_limits_fit_an_endpoint_that_is_changed_and_changed_back(documents: Documents, environment: str) -> None:
    """Promotion and roll-back may wait for two updates of their endpoint beside their own work, and so may what waits
    for them.

    All follow from the declared limit of one update, in every environment, so that no run is cut in between.
    """
    declared = CREDIT.models[0].serving
    assert declared is not None
    two_updates = 2 * declared.update_limit_s
    found = jobs(documents, environment)
    limits = {stage.removeprefix("credit-"): job["timeout_seconds"] for stage, job in found.items()}
    own = CREDIT.jobs.timeout_s
    waits = {"promotion": 1, "rollback": 1, "training": 2, "monitoring": 3, "integration": 4}
    for stage in waits.keys() & limits.keys():
        assert limits[stage] >= two_updates + waits[stage] * own, stage
    assert {"promotion", "rollback", "training"} <= limits.keys()


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


def test_a_semantic_model_is_published_where_the_environment_says(
    workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """Predictions and records, asked for as each viewer; it runs as who reads both, and needs no cluster."""
    edit(
        workspaces / "prod.yaml",
        "monitoring: {schedule: active}",
        'monitoring: {schedule: active, power_bi: {connection: pbi, workspace: Risk, cron: "0 0 9 2 * ?", '
        "schedule: paused}}",
    )
    made = jobs(synthesized("prod-ml"), "prod")["credit-power-bi"]
    assert who(made["run_as"]["service_principal_name"]) == "prod-credit-monitoring"
    assert ("job_cluster" in made, made["schedule"]["pause_status"]) == (False, "PAUSED")
    [task] = made["task"]
    asked = task["power_bi_task"]
    assert asked["connection_resource_name"] == "pbi"
    assert asked["warehouse_id"] == "${data.databricks_sql_warehouse.credit-power-bi-warehouse.id}"
    assert asked["power_bi_model"] == {
        "workspace_name": "Risk",
        "model_name": "credit in prod",
        "storage_mode": "DIRECT_QUERY",
        "authentication_method": "OAUTH",
        "overwrite_existing": True,
    }
    assert {(table["catalog"], table["storage_mode"]) for table in asked["tables"]} == {("prod", "DIRECT_QUERY")}
    assert [f"{table['schema']}.{table['name']}" for table in asked["tables"]] == [
        "credit_gold.predictions",
        "credit_ops.alerts",
        "credit_ops.decisions",
        "credit_ops.gate_results",
        "credit_ops.metrics",
        "credit_ops.promotions",
    ]
