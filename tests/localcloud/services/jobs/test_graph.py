"""The task graph decides by table: what starts, what is left out, and how the run ends."""

from typing import Any

import pytest

from localcloud.services.jobs.graph import Ended, Result, downstream, next_step, problems, run_result


def _task(key: str, *after: str, run_if: str | None = None, outcome: str | None = None) -> dict[str, Any]:
    edges = [{"task_key": name, **({"outcome": outcome} if outcome else {})} for name in after]
    return {"task_key": key, "depends_on": edges, **({"run_if": run_if} if run_if else {})}


S, F, T, C, X = Result.SUCCESS, Result.FAILED, Result.TIMEDOUT, Result.CANCELED, Result.EXCLUDED


@pytest.mark.parametrize(
    ("run_if", "upstream", "expected"),
    [
        (None, (S, S), "starts"),
        (None, (S, X), "starts"),
        (None, (S, F), Result.UPSTREAM_FAILED),
        (None, (S, T), Result.UPSTREAM_FAILED),
        (None, (S, C), Result.UPSTREAM_CANCELED),
        (None, (C, F), Result.UPSTREAM_FAILED),
        (None, (X, X), Result.EXCLUDED),
        ("ALL_DONE", (F, C), "starts"),
        ("ALL_DONE", (X, X), Result.EXCLUDED),
        ("NONE_FAILED", (S, X), "starts"),
        ("NONE_FAILED", (S, F), Result.UPSTREAM_FAILED),
        ("AT_LEAST_ONE_SUCCESS", (S, F), "starts"),
        ("AT_LEAST_ONE_SUCCESS", (F, F), Result.UPSTREAM_FAILED),
        ("ALL_FAILED", (F, F), "starts"),
        ("ALL_FAILED", (S, F), Result.EXCLUDED),
        ("AT_LEAST_ONE_FAILED", (S, F), "starts"),
        ("AT_LEAST_ONE_FAILED", (S, S), Result.EXCLUDED),
    ],
)
def test_run_if(run_if: str | None, upstream: tuple[Result, Result], expected: object) -> None:
    """Each run_if rule over two upstream results either starts the task or settles it as said."""
    tasks = [_task("a"), _task("b"), _task("c", "a", "b", run_if=run_if)]
    ended = {"a": Ended(result=upstream[0]), "b": Ended(result=upstream[1])}
    step = next_step(tasks, ended)
    assert (step.start, step.settled) == ((("c",), {}) if expected == "starts" else ((), {"c": expected}))


@pytest.mark.parametrize(("outcome", "started"), [("true", "yes"), ("false", "no")])
def test_a_condition_takes_one_branch(outcome: str, started: str) -> None:
    """The branch of the outcome starts; the other one, and what follows it, is excluded."""
    tasks = [
        _task("check"),
        _task("yes", "check", outcome="true"),
        _task("no", "check", outcome="false"),
        _task("after_yes", "yes"),
        _task("after_no", "no"),
    ]
    step = next_step(tasks, {"check": Ended(result=S, outcome=outcome)})
    other = {"yes": "no", "no": "yes"}[started]
    assert step.start == (started,)
    assert step.settled == {other: X, f"after_{other}": X}


def test_a_failure_settles_everything_below_in_one_step() -> None:
    """A chain below a failed task ends as UPSTREAM_FAILED without starting; its sibling starts."""
    tasks = [_task("a"), _task("b", "a"), _task("c", "b"), _task("sibling")]
    step = next_step(tasks, {"a": Ended(result=F)})
    assert step.start == ("sibling",)
    assert step.settled == {"b": Result.UPSTREAM_FAILED, "c": Result.UPSTREAM_FAILED}


def test_running_tasks_are_not_started_again() -> None:
    """Only what waits is started, and only once its dependencies ended."""
    tasks = [_task("a"), _task("b"), _task("c", "a", "b")]
    assert next_step(tasks, {}).start == ("a", "b")
    assert next_step(tasks, {"a": Ended(result=S)}, frozenset({"b"})).start == ()


def test_a_disabled_task_is_passed_over() -> None:
    """A disabled task does not run and does not stop its successor's sibling dependency."""
    tasks = [{**_task("a"), "disabled": True}, _task("b"), _task("c", "a", "b")]
    step = next_step(tasks, {"b": Ended(result=S)})
    assert step.settled == {"a": Result.DISABLED}
    assert step.start == ("c",)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ({"a": S, "b": S}, Result.SUCCESS),
        ({"a": S, "b": X}, Result.SUCCESS),
        ({"a": F, "b": S}, Result.SUCCESS_WITH_FAILURES),
        ({"a": S, "b": F}, Result.FAILED),
        ({"a": F, "b": Result.UPSTREAM_FAILED}, Result.FAILED),
        ({"a": C, "b": Result.UPSTREAM_CANCELED}, Result.CANCELED),
    ],
)
def test_leaf_tasks_decide_the_run(results: dict[str, Result], expected: Result) -> None:
    """A run fails when a leaf fails; a failure that the leaves survived is SUCCESS_WITH_FAILURES."""
    tasks = [_task("a"), _task("b", "a", run_if="ALL_DONE")]
    assert run_result(tasks, {key: Ended(result=result) for key, result in results.items()}) is expected


def test_a_job_without_tasks_succeeds() -> None:
    """There is nothing that could fail."""
    assert run_result([], {}) is Result.SUCCESS


def test_downstream_follows_every_path() -> None:
    """Repairing a task takes along all that depends on it, and nothing beside it."""
    tasks = [_task("a"), _task("b", "a"), _task("c", "b"), _task("d", "a"), _task("other")]
    assert downstream(tasks, frozenset({"b"})) == {"b", "c"}
    assert downstream(tasks, frozenset({"a"})) == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("tasks", "problem"),
    [
        ([_task("a"), _task("a")], "task_key 'a' is used twice: rename one"),
        ([_task("a", "z")], "task 'a' depends on 'z', which is not a task of this job: a"),
        ([_task("a", "b"), _task("b", "a")], "the tasks depend on each other in a circle: a -> b -> a"),
        ([_task("a", run_if="SOMETIMES")], "task 'a' has run_if 'SOMETIMES': use one of ALL_SUCCESS, ALL_DONE"),
        ([{}], "a task has no task_key: name every task"),
    ],
)
def test_what_is_no_graph_is_told(tasks: list[dict[str, Any]], problem: str) -> None:
    """Every mistake in a graph is named with its task."""
    found = problems(tasks)
    assert len(found) == 1
    assert found[0].startswith(problem)
