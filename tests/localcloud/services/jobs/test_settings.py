"""A job's settings are checked whole when it is created."""

from typing import Any

import pytest

from localcloud.services.jobs.settings import parameter_values, problems

WHEEL = {"package_name": "probe", "entry_point": "facts"}


def _settings(**changes: Any) -> dict[str, Any]:
    task = {"task_key": "a", "python_wheel_task": WHEEL}
    return {"name": "job", "tasks": [task], "parameters": [{"name": "reason", "default": "manual"}], **changes}


def test_good_settings_have_no_problems() -> None:
    """Each kind of task that is executed passes."""
    tasks = [
        {"task_key": "a", "python_wheel_task": {**WHEEL, "parameters": ["{{job.parameters.reason}}"]}},
        {"task_key": "b", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}},
        {"task_key": "c", "run_job_task": {"job_id": 1}},
        {
            "task_key": "d",
            "for_each_task": {"inputs": "[1]", "task": {"task_key": "d_inner", "python_wheel_task": WHEEL}},
        },
    ]
    schedule = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}
    assert problems(_settings(tasks=tasks, schedule=schedule)) == []


def test_all_problems_are_told_together() -> None:
    """Mistakes in different places are reported in one go."""
    found = problems(
        _settings(
            tasks=[
                {"task_key": "a", "sql_task": {"warehouse_id": "x"}},
                {"task_key": "b"},
                {"task_key": "c", "condition_task": {"op": "IS", "left": "1", "right": "1"}},
                {"task_key": "d", "python_wheel_task": {**WHEEL, "parameters": ["{{job.parameters.version}}"]}},
                {"task_key": "e", "python_wheel_task": WHEEL, "job_cluster_key": "main"},
            ],
            schedule={"quartz_cron_expression": "daily", "timezone_id": "UTC"},
        )
    )
    assert [problem.partition(",")[0].partition(":")[0] for problem in found] == [
        "task 'a' is a sql_task",
        "task 'b' states no work",
        "task 'c' has operator 'IS'",
        "task 'd' uses {{job.parameters.version}}",
        "task 'e' wants job cluster 'main'; the job has",
        "schedule",
    ]


def test_a_task_is_on_serverless_compute_or_on_a_cluster() -> None:
    """Cluster policies, Spark settings and init scripts belong to clusters, so the two cannot be mixed."""
    wheel = {"package_name": "p", "entry_point": "e"}
    task = {"task_key": "a", "python_wheel_task": wheel, "environment_key": "main", "new_cluster": {"num_workers": 0}}
    environment = {"environment_key": "main", "spec": {"environment_version": "5", "dependencies": ["/Volumes/a.whl"]}}
    assert problems({"tasks": [task], "environments": [environment]}) == [
        "task 'a' has environment_key and new_cluster: keep one, serverless compute or a cluster"
    ]


def test_what_a_serverless_environment_takes() -> None:
    """Its version and its dependencies; the job a performance target of two."""
    specs: list[dict[str, object]] = [
        {"environment_version": "5", "init_scripts": [], "spark_conf": {}},
        {"environment_version": "5", "client": "2"},
        {"dependencies": []},
    ]
    environments = [{"environment_key": str(number), "spec": spec} for number, spec in enumerate(specs)]
    wheel = {"package_name": "p", "entry_point": "e"}
    tasks = [{"task_key": "a", "python_wheel_task": wheel, "environment_key": "0"}]
    assert problems({"tasks": tasks, "environments": environments, "performance_target": "FAST"}) == [
        "performance_target is 'FAST': use one of PERFORMANCE_OPTIMIZED, STANDARD",
        "environment '0' has init_scripts, spark_conf; "
        "serverless compute takes client, dependencies, environment_version",
        "environment '1' has environment_version and client, its older name: keep environment_version",
        "environment '2' has no environment_version: name one",
    ]


def test_a_serverless_task_names_its_wheels_in_its_environment() -> None:
    """Libraries are a cluster's; the environment that it wants must be the job's."""
    task = {"task_key": "a", "python_wheel_task": WHEEL, "environment_key": "main"}
    spec = {"environment_version": "5", "dependencies": ["/Volumes/a/b/c/d.whl"]}
    environments = [{"environment_key": "main", "spec": spec}]
    assert problems(_settings(tasks=[task], environments=environments)) == []
    attached = {**task, "libraries": [{"whl": "/Volumes/a/b/c/d.whl"}]}
    assert problems(_settings(tasks=[attached], environments=environments)) == [
        "task 'a' runs serverless and has libraries: name them in the dependencies of its environment"
    ]
    assert problems(_settings(tasks=[task])) == ["task 'a' wants environment 'main'; the job has: none"]


def test_a_trigger_that_cannot_be_used_is_told() -> None:
    """A file-arrival trigger names a place and waits at least a minute; a job starts in one way only."""
    trigger = {"file_arrival": {"wait_after_last_change_seconds": 5}}
    schedule = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}
    assert problems(_settings(trigger=trigger, schedule=schedule)) == [
        "the job has schedule, trigger: keep the one that is to start it",
        "trigger: file_arrival needs a url, such as /Volumes/<catalog>/<schema>/<volume>/",
        "trigger: wait_after_last_change_seconds is 5; give 60 or more, or leave it out",
    ]


def test_parameters_default_and_override() -> None:
    """Given values win over defaults and become text."""
    assert parameter_values(_settings(), {}) == {"reason": "manual"}
    assert parameter_values(_settings(), {"reason": "drift"}) == {"reason": "drift"}


def test_an_undeclared_parameter_is_refused() -> None:
    """A parameter that the job does not declare is an error that lists the declared ones."""
    with pytest.raises(KeyError, match=r"job parameter\(s\) x are not declared by this job; declared are: reason"):
        parameter_values(_settings(), {"x": "1"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_concurent_runs": 2}, "setting 'max_concurent_runs' is not understood"),
        ({"git_source": {"git_url": "x"}}, "setting 'git_source' is not understood"),
        (
            {"tasks": [{"task_key": "a", "python_wheel_task": WHEEL, "retries": 2}]},
            "task 'a' has 'retries', which is not understood",
        ),
        (
            {"tasks": [{"task_key": "a", "dbt_cloud_task": {"dbt_cloud_job_id": 1}}]},
            "task 'a' is a dbt_cloud_task, which the local cloud does not execute",
        ),
    ],
)
def test_what_is_not_understood_is_named(changes: dict[str, Any], message: str) -> None:
    """A misspelled field would otherwise be dropped without a word; an empty one asks for nothing."""
    assert message in [problem.partition(":")[0] for problem in problems(_settings(**changes))]
    assert problems(_settings(git_source=None, tags={})) == []
