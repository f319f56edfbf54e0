"""Jobs really run: through the SDK, in forked workers, as their principal."""

import json
from pathlib import Path

import pytest
from databricks.sdk.errors import InvalidParameterValue, OperationFailed, PermissionDenied
from databricks.sdk.service.jobs import Run, RunLifeCycleState, RunResultState

from localcloud.kernel.processes import wait_until
from tests.localcloud.services.jobs.conftest import Plant, results


def _order(log: Path) -> list[str]:
    """What the tasks noted, in the order in which it happened."""
    return log.read_text().splitlines()


def _log(plant: Plant, run: Run, key: str) -> str:
    task_run = next(task.run_id for task in run.tasks or [] if task.task_key == key)
    return plant.admin.jobs.get_run_output(task_run or 0).logs or ""


def test_the_sdk_lists_starts_and_watches_a_job(plant: Plant) -> None:
    """`jobs.list`, `run_now(...).result()` and `get_run_output` see a job from deployment to its output."""
    job_id = plant.create("credit-ingest", plant.task("bronze", "say", "--run-id", "{{job.run_id}}"))
    listed = [(job.job_id, job.settings.name) for job in plant.admin.jobs.list() if job.settings]
    run = plant.admin.jobs.run_now(job_id).result()
    assert listed == [(job_id, "credit-ingest")]
    assert run.state is not None
    assert (run.state.life_cycle_state, run.state.result_state) == (
        RunLifeCycleState.TERMINATED,
        RunResultState.SUCCESS,
    )
    assert run.status is not None
    assert run.status.termination_details is not None
    assert run.status.termination_details.code is not None
    assert run.status.termination_details.code.value == "SUCCESS"
    said = json.loads(_log(plant, run, "bronze"))
    assert said == {"argv": ["--run-id", str(run.run_id)], "host": plant.core.url("prod")}
    assert [found.run_id for found in plant.admin.jobs.list_runs(job_id=job_id)] == [run.run_id]


def test_a_task_acts_as_the_jobs_principal(plant: Plant) -> None:
    """The token that a task holds is its job's run_as principal's, and works no longer once the task is over."""
    run = plant.run(plant.create("job", plant.task("a", "whoami")))
    assert _log(plant, run, "a").strip() == plant.principal
    tokens = [token for token in plant.core.cloud.store.all("token") if token["principal"] == plant.principal]
    assert tokens == []


def test_a_tasks_registry_is_unity_catalogs(plant: Plant) -> None:
    """Unless it says otherwise, as in a runtime; models are found by the principal's privileges on them."""
    named = {"catalog_name": "prod", "schema_name": "platform_ops", "name": "risk"}
    plant.admin.registered_models.create(**named, comment="the risk of default")
    job = plant.create("job", plant.task("a", "registry", "prod.platform_ops.risk"))
    refused = plant.run(job)
    assert results(refused) == {"a": "FAILED"}
    assert "PERMISSION_DENIED: User does not have EXECUTE on Registered Model" in _log(plant, refused, "a")
    plant.core.grant("function", "prod.platform_ops.risk", plant.principal, "EXECUTE")
    assert _log(plant, plant.run(job), "a").strip().endswith("databricks-uc the risk of default")


def test_forked_tasks_use_the_warm_spark(plant: Plant, spark_remote: str, tmp_path: Path) -> None:
    """Two tasks at once open their own Spark sessions and write Delta: a fork carries no connection along."""
    plant.core.cloud.spark_remote = spark_remote
    tasks = [plant.task(key, "sparks", f"{tmp_path}/{key}") for key in ("a", "b")]
    run = plant.run(plant.create("job", *tasks))
    assert results(run) == {"a": "SUCCESS", "b": "SUCCESS"}
    assert [_log(plant, run, key).strip() for key in ("a", "b")] == ["9900", "9900"]


def test_values_parameters_and_conditions_flow(plant: Plant) -> None:
    """A task value decides a condition; the branch not taken is excluded, and the run succeeds."""
    condition = {"op": "EQUAL_TO", "left": "{{tasks.training.values.model_version}}", "right": "4"}
    job_id = plant.create(
        "job",
        plant.task("training", "train"),
        {"task_key": "is_four", "condition_task": condition, "depends_on": [{"task_key": "training"}]},
        plant.task("yes", "say", "{{job.parameters.reason}}", "{{tasks.training.result_state}}")
        | {"depends_on": [{"task_key": "is_four", "outcome": "true"}]},
        plant.task("no", "say") | {"depends_on": [{"task_key": "is_four", "outcome": "false"}]},
        parameters=[{"name": "reason", "default": "manual"}],
    )
    run = plant.run(job_id, reason="drift")
    assert results(run) == {"training": "SUCCESS", "is_four": "SUCCESS", "yes": "SUCCESS", "no": "EXCLUDED"}
    assert json.loads(_log(plant, run, "yes"))["argv"] == ["drift", "success"]
    shown = next(task.condition_task for task in run.tasks or [] if task.task_key == "is_four")
    assert shown is not None
    assert (shown.left, shown.outcome) == ("4", "true")
    assert run.state is not None
    assert run.state.result_state is RunResultState.SUCCESS


def test_a_failed_task_fails_the_run_and_stops_what_follows(plant: Plant) -> None:
    """The error and its trace are the task's output; the task after it never runs; `.result()` raises."""
    job_id = plant.create("job", plant.task("a", "fails"), plant.task("b", "say", after=("a",)))
    with pytest.raises(OperationFailed, match="Task a failed with message: Workload failed"):
        plant.admin.jobs.run_now(job_id).result()
    run = next(plant.admin.jobs.list_runs(job_id=job_id, expand_tasks=True))
    output = plant.admin.jobs.get_run_output(run.tasks[0].run_id)  # type: ignore[index,arg-type]
    assert results(run) == {"a": "FAILED", "b": "UPSTREAM_FAILED"}
    assert output.error == "ValueError: the values are wrong"
    assert 'raise ValueError("the values are wrong")' in (output.error_trace or "")


def test_a_renamed_entry_point_fails_the_run(plant: Plant) -> None:
    """A task whose entry point the wheel does not have fails, naming those that it has."""
    run = plant.run(plant.create("job", plant.task("a", "renamed")))
    output = plant.admin.jobs.get_run_output(run.tasks[0].run_id)  # type: ignore[index,arg-type]
    assert results(run) == {"a": "FAILED"}
    assert "has no entry point 'renamed'; it has: fails, flaky" in (output.error or "")


def test_an_unknown_task_value_fails_the_task(plant: Plant) -> None:
    """A reference to a value that no task set is an error of the task that asks for it, and is not retried."""
    job_id = plant.create(
        "job",
        plant.task("a", "say"),
        plant.task("b", "say", "{{tasks.a.values.model_version}}", after=("a",), max_retries=3),
    )
    run = plant.run(job_id)
    assert [(task.task_key, task.attempt_number) for task in run.tasks or []] == [("a", 0), ("b", 0)]
    assert results(run) == {"a": "SUCCESS", "b": "FAILED"}
    assert run.state is not None
    assert "{{tasks.a.values.model_version}} stands for nothing" in (run.state.state_message or "")


def test_a_task_is_retried_as_often_as_it_may(plant: Plant, tmp_path: Path) -> None:
    """A task that fails once and may be retried succeeds in its second attempt; both are shown."""
    job_id = plant.create("job", plant.task("a", "flaky", str(tmp_path / "marker"), max_retries=2))
    run = plant.run(job_id)
    attempts = [(task.attempt_number, task.state.result_state.value) for task in run.tasks or []]  # type: ignore[union-attr]
    assert attempts == [(0, "FAILED"), (1, "SUCCESS")]
    assert run.state is not None
    assert run.state.result_state is RunResultState.SUCCESS


def test_a_task_over_its_timeout_is_killed(plant: Plant) -> None:
    """The task, which would go on for ten minutes, ends as TIMEDOUT; it is not retried unless it asks for that."""
    run = plant.run(plant.create("job", plant.task("a", "hangs", timeout_seconds=1, max_retries=2)))
    assert results(run) == {"a": "TIMEDOUT"}
    assert len(run.tasks or []) == 1


def test_a_run_over_its_timeout_is_stopped(plant: Plant) -> None:
    """The job's own limit stops the running task and what would follow."""
    run = plant.run(
        plant.create("job", plant.task("a", "hangs"), plant.task("b", "say", after=("a",)), timeout_seconds=1)
    )
    assert run.state is not None
    assert run.state.result_state is RunResultState.TIMEDOUT
    assert results(run) == {"a": "TIMEDOUT", "b": "TIMEDOUT"}


def test_a_canceled_run_ends(plant: Plant) -> None:
    """Canceling kills the running task; the message says who did it."""
    run_id = plant.start(plant.create("job", plant.task("a", "hangs"), plant.task("b", "say", after=("a",))))
    plant.admin.jobs.cancel_run(run_id)
    run = plant.wait(run_id)
    assert results(run) == {"a": "CANCELED", "b": "CANCELED"}
    assert run.state is not None
    assert run.state.result_state is RunResultState.CANCELED
    assert run.state.state_message == "Run canceled by Local admin."


def test_independent_tasks_run_at_the_same_time(plant: Plant, tmp_path: Path) -> None:
    """Three of four independent tasks overlap, as three gates do; a fourth waits for a free place."""
    log = tmp_path / "log"
    # Each ends once three have begun: were they run one after the other, the first would never end.
    run = plant.run(plant.create("job", *(plant.task(key, "meets", str(log), "3") for key in ("a", "b", "c", "d"))))
    assert set(results(run).values()) == {"SUCCESS"}
    assert _order(log)[:4] == ["begins", "begins", "begins", "ends"]


def test_a_queued_run_starts_when_the_first_ends(plant: Plant, tmp_path: Path) -> None:
    """With a queue, a second run waits in state QUEUED and runs after the first."""
    log, may_end = tmp_path / "log", tmp_path / "may_end"
    job_id = plant.create("job", plant.task("a", "stays", str(log), str(may_end)), queue={"enabled": True})
    first, second = plant.start(job_id), plant.start(job_id)
    state = plant.admin.jobs.get_run(second).state
    assert state is not None
    assert state.life_cycle_state is RunLifeCycleState.QUEUED
    may_end.touch()
    plant.wait(first)
    assert wait_until(lambda: plant.admin.jobs.get_run(second).state.result_state is not None, timeout_s=240)  # type: ignore[union-attr]
    assert _order(log) == ["begins", "ends", "begins", "ends"]


def test_without_a_queue_a_second_run_is_skipped(plant: Plant) -> None:
    """A run beyond max_concurrent_runs is SKIPPED at once, saying why."""
    job_id = plant.create("job", plant.task("a", "hangs"))
    first = plant.start(job_id)
    second = plant.wait(plant.start(job_id))
    plant.admin.jobs.cancel_run(first)
    assert second.state is not None
    assert second.state.life_cycle_state is RunLifeCycleState.SKIPPED
    assert "max_concurrent_runs" in (second.state.state_message or "")


def test_a_job_runs_another_with_its_own_principal(plant: Plant) -> None:
    """run_job_task passes parameters; the child runs as itself, and needs CAN_MANAGE_RUN for the parent's principal."""
    promotion = plant.core.application("prod-credit-promotion")
    for kind, name, privilege in (
        ("catalog", "prod", "USE_CATALOG"),
        ("schema", "prod.platform_ops", "USE_SCHEMA"),
        ("volume", "prod.platform_ops.wheels", "READ_VOLUME"),
    ):
        plant.core.grant(kind, name, promotion, privilege)
    child_id = plant.create(
        "credit-promotion",
        plant.task("promotion", "whoami"),
        plant.task("version", "say", "{{job.parameters.version}}"),
        run_as={"service_principal_name": promotion},
        parameters=[{"name": "version", "default": ""}],
    )
    call = {"job_id": child_id, "job_parameters": {"version": "{{tasks.training.values.model_version}}"}}
    run_job = {"task_key": "promotion", "run_job_task": call, "depends_on": [{"task_key": "training"}]}
    parent_id = plant.create("credit-training", plant.task("training", "train"), run_job)

    refused = plant.run(parent_id)
    assert results(refused) == {"training": "SUCCESS", "promotion": "FAILED"}
    assert refused.state is not None
    assert "does not have CAN_MANAGE_RUN permissions" in (refused.state.state_message or "")

    entry = {"service_principal_name": plant.principal, "permission_level": "CAN_MANAGE_RUN"}
    plant.core.call(
        "PATCH", f"{plant.core.url('prod')}/api/2.0/permissions/jobs/{child_id}", json={"access_control_list": [entry]}
    )
    allowed = plant.run(parent_id)
    assert results(allowed) == {"training": "SUCCESS", "promotion": "SUCCESS"}
    output = plant.admin.jobs.get_run_output((allowed.tasks or [])[1].run_id or 0).run_job_output
    assert output is not None
    child = plant.admin.jobs.get_run(output.run_id or 0)
    assert _log(plant, child, "promotion").strip() == promotion
    assert json.loads(_log(plant, child, "version"))["argv"] == ["4"]


def test_a_failed_child_run_fails_its_parent(plant: Plant) -> None:
    """The parent's task says which run of which job failed, and how."""
    child_id = plant.create("child", plant.task("a", "fails"))
    entry = {"service_principal_name": plant.principal, "permission_level": "CAN_MANAGE_RUN"}
    plant.core.call(
        "PATCH", f"{plant.core.url('prod')}/api/2.0/permissions/jobs/{child_id}", json={"access_control_list": [entry]}
    )
    run = plant.run(plant.create("parent", {"task_key": "child", "run_job_task": {"job_id": child_id}}))
    assert results(run) == {"child": "FAILED"}
    assert run.state is not None
    assert "of job 'child' ended as FAILED: Task a failed" in (run.state.state_message or "")


def test_a_loop_runs_its_task_per_input(plant: Plant, tmp_path: Path) -> None:
    """for_each_task runs the inner task once per element, with `{{input}}` resolved."""
    inner = plant.task("each_inner", "marks", f"{tmp_path}/{{{{input}}}}")
    loop = {"task_key": "each", "for_each_task": {"inputs": '["x", "y"]', "concurrency": 2, "task": inner}}
    run = plant.run(plant.create("job", loop))
    assert results(run) == {"each": "SUCCESS"}
    assert sorted(path.name for path in tmp_path.iterdir() if path.name in "xyz") == ["x", "y"]


def test_repair_runs_what_failed_and_what_follows(plant: Plant, tmp_path: Path) -> None:
    """A repaired run continues: tasks that succeeded are not run again, the others are, and the run succeeds."""
    log, marker = tmp_path / "times", tmp_path / "marker"
    job_id = plant.create(
        "job",
        plant.task("a", "marks", str(log)),
        plant.task("b", "flaky", str(marker), after=("a",)),
        plant.task("c", "say", after=("b",)),
    )
    run = plant.run(job_id)
    assert results(run) == {"a": "SUCCESS", "b": "FAILED", "c": "UPSTREAM_FAILED"}
    plant.admin.jobs.repair_run(run.run_id or 0, rerun_all_failed_tasks=True)
    repaired = plant.wait(run.run_id or 0)
    assert results(repaired) == {"a": "SUCCESS", "b": "SUCCESS", "c": "SUCCESS"}
    assert len(log.read_text().splitlines()) == 1
    assert repaired.state is not None
    assert repaired.state.result_state is RunResultState.SUCCESS
    assert repaired.repair_history == []


def test_an_idempotency_token_starts_one_run(plant: Plant) -> None:
    """The same token returns the same run."""
    job_id = plant.create("job", plant.task("a", "say"))
    ids = {plant.admin.jobs.run_now(job_id, idempotency_token="once").run_id for _ in range(2)}
    assert len(ids) == 1


def test_a_run_of_some_tasks_has_these_alone(plant: Plant) -> None:
    """What they waited for is left out and not waited for; a task that the job does not have is refused."""
    after_a, after_b = plant.task("b", "say", after=("a",)), plant.task("c", "say", after=("b",))
    job_id = plant.create("job", plant.task("a", "fails"), after_a, after_b)
    run = plant.wait(plant.admin.jobs.run_now(job_id, only=["b", "c"]).run_id)
    assert results(run) == {"b": "SUCCESS", "c": "SUCCESS"}
    with pytest.raises(InvalidParameterValue, match="only names x, which the job does not have; its tasks are: a, b"):
        plant.admin.jobs.run_now(job_id, only=["x"])


def test_bad_requests_are_refused(plant: Plant) -> None:
    """An unknown job, an undeclared parameter and settings with mistakes are refused, each naming the mistake."""
    job_id = plant.create("job", plant.task("a", "say"))
    with pytest.raises(InvalidParameterValue, match=r"Job 999 does not exist\."):
        plant.admin.jobs.run_now(999)
    with pytest.raises(InvalidParameterValue, match="declared are: none"):
        plant.admin.jobs.run_now(job_id, job_parameters={"x": "1"})
    body = {"name": "job", "tasks": [{"task_key": "a"}, {"task_key": "a"}]}
    answer = plant.core.call("POST", f"{plant.core.url('prod')}/api/2.2/jobs/create", json=body)
    assert answer.status_code == 400
    assert "The job has 3 problem(s): task_key 'a' is used twice" in answer.json()["message"]


def test_only_who_may_run_a_job_runs_it(plant: Plant) -> None:
    """A principal without permission sees no job and may not start it; CAN_VIEW lets it look only."""
    job_id = plant.create("job", plant.task("a", "say"))
    reader = plant.core.application("reader")
    client = plant.core.sdk("reader")
    assert list(client.jobs.list()) == []
    with pytest.raises(PermissionDenied):
        client.jobs.get(job_id)
    entry = {"service_principal_name": reader, "permission_level": "CAN_VIEW"}
    plant.core.call(
        "PATCH", f"{plant.core.url('prod')}/api/2.0/permissions/jobs/{job_id}", json={"access_control_list": [entry]}
    )
    assert [job.job_id for job in client.jobs.list()] == [job_id]
    with pytest.raises(PermissionDenied, match="CAN_MANAGE_RUN"):
        client.jobs.run_now(job_id)


def test_a_wheel_that_the_principal_cannot_read_is_not_run(plant: Plant) -> None:
    """Without READ_VOLUME on the wheels the task fails before any code runs."""
    stranger = plant.core.application("stranger")
    run = plant.run(plant.create("job", plant.task("a", "say"), run_as={"service_principal_name": stranger}))
    assert results(run) == {"a": "FAILED"}
    assert run.state is not None
    assert "Library installation failed: PERMISSION_DENIED" in (run.state.state_message or "")


def test_a_cluster_against_its_policy_fails_the_run(plant: Plant) -> None:
    """The policy's refusal is the run's message; a conforming cluster runs, once the principal may use the policy."""
    definition = json.dumps({"node_type_id": {"type": "allowlist", "values": ["Standard_D4ads_v5"]}})
    policy_id = plant.admin.cluster_policies.create(name="cpu", definition=definition).policy_id

    def job(node: str) -> int:
        cluster = {"node_type_id": node, "num_workers": 0, "spark_version": "17.3.x", "policy_id": policy_id}
        return plant.create(
            f"on-{node}",
            plant.task("a", "say", job_cluster_key="main"),
            job_clusters=[{"job_cluster_key": "main", "new_cluster": cluster}],
        )

    def message(job_id: int) -> str:
        state = plant.run(job_id).state
        return (state.state_message if state else None) or ""

    conforming, breaking = job("Standard_D4ads_v5"), job("Standard_NC24ads_A100_v4")
    assert "does not have CAN_USE on cluster policy 'cpu'" in message(conforming)
    entry = {"service_principal_name": plant.principal, "permission_level": "CAN_USE"}
    url = f"{plant.core.url('prod')}/api/2.0/permissions/cluster-policies/{policy_id}"
    plant.core.call("PATCH", url, json={"access_control_list": [entry]})
    assert message(conforming) == ""
    assert "breaks policy 'cpu': node_type_id is 'Standard_NC24ads_A100_v4'" in message(breaking)


def test_an_interrupted_run_is_marked_and_can_be_repaired(plant: Plant, tmp_path: Path) -> None:
    """What was under way when the cloud was killed is INTERNAL_ERROR after the restart; a repair continues it."""
    log = tmp_path / "times"
    job_id = plant.create("job", plant.task("a", "marks", str(log)), plant.task("b", "marks", str(log), after=("a",)))
    run_id = plant.run(job_id).run_id or 0
    store = plant.core.cloud.store
    killed = store.require("job_run", str(run_id))
    killed.update(state="RUNNING", result=None)
    killed["attempts"][1].update(state="RUNNING", result=None)
    store.put("job_run", str(run_id), killed)

    assert plant.runner.recover() == 1
    run = plant.admin.jobs.get_run(run_id)
    assert run.state is not None
    assert run.state.life_cycle_state is RunLifeCycleState.INTERNAL_ERROR
    assert "interrupted" in (run.state.state_message or "")
    assert results(run) == {"a": "SUCCESS", "b": "FAILED"}
    plant.admin.jobs.repair_run(run_id, rerun_all_failed_tasks=True)
    assert results(plant.wait(run_id)) == {"a": "SUCCESS", "b": "SUCCESS"}
    assert len(log.read_text().splitlines()) == 3
